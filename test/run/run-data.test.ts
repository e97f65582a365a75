import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadTranslation } from '../../harness/data/translation.ts';
import { dataDigests, dataDirOf } from '../../harness/run/run-data.ts';
import { multi30kText, writeText } from '../data/text-files.ts';
import { fixtureConfig } from '../helpers/records.ts';
import { cellsOfMulti30k, translationCells } from '../helpers/translation-cells.ts';
import { temporaryFolder } from './helpers.ts';

const generated = translationCells()[0]!;
const ofFiles = cellsOfMulti30k()[0]!;

it('is the digest that a record of the data has, and another one for other files', async () => {
  const folder = await writeText(await temporaryFolder(), multi30kText);
  const folders = { multi30k: folder };
  const dataset = ofFiles.config.dataset;
  if (dataset.name !== 'multi30k') throw new Error('a cell of Multi30k is expected');
  const before = await dataDigests(folders)(ofFiles);
  expect(before).toBe((await loadTranslation(dataset, folder)).digest);
  const known = dataDigests(folders);
  expect(await known(ofFiles)).toBe(before);
  await writeFile(join(folder, 'val.en'), 'The dog sleeps.\n');
  expect(await dataDigests(folders)(ofFiles)).not.toBe(before);
  // Read once.
  expect(await known(ofFiles)).toBe(before);
});

it('does not digest data without files', async () => {
  expect(await dataDigests({ multi30k: '/nowhere' })(generated)).toBeNull();
  expect(dataDirOf(generated, { multi30k: '/nowhere' })).toBeNull();
});

it('names what is wrong with images that are not there', async () => {
  const config = fixtureConfig();
  const cell = { config: { ...config, dataset: { ...config.dataset, name: 'cifar-10' as const } } };
  const folder = await temporaryFolder();
  expect(dataDirOf(cell, { 'cifar-10': folder })).toBe(folder);
  await expect(dataDigests({ 'cifar-10': folder })(cell)).rejects.toThrow(folder);
});
