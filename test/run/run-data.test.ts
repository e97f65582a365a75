import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tunedArmOf } from '../../harness/cell-name.ts';
import { loadTranslation } from '../../harness/data/text/translation.ts';
import { dataDigests, dataDirOf, heldAgainstData } from '../../harness/run/run-data.ts';
import { otherDataRefusal } from '../../harness/tuned-data.ts';
import { multi30kText, writeText } from '../data/text/text-files.ts';
import { fixtureConfig } from '../helpers/records.ts';
import { textConfig } from '../helpers/suites.ts';
import { cellsOfMulti30k, translationCells } from '../helpers/translation-cells.ts';
import { fixtureCell, temporaryFolder } from './helpers.ts';

const generated = translationCells()[0]!;
const ofFiles = cellsOfMulti30k()[0]!;

it('is the digest that a record of the data has, and another one for other files', async () => {
  const folder = await writeText(await temporaryFolder(), multi30kText);
  const folders = { multi30k: folder };
  const { dataset } = textConfig(ofFiles);
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

it('does not know that of images which only a worker can decode, as no engine is loaded here', async () => {
  const image = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
  const dir = await writeText(await temporaryFolder(), {
    'tiny-imagenet-200/wnids.txt': 'n01443537\n',
    'tiny-imagenet-200/train/n01443537/images/n01443537_0.JPEG': image,
    'tiny-imagenet-200/val/val_annotations.txt': 'val_0.JPEG\tn01443537\t0\t0\t1\t1\n',
    'tiny-imagenet-200/val/images/val_0.JPEG': image,
  });
  const { dataset } = fixtureConfig();
  const sizes = { trainExamples: 1, testExamples: 1 };
  const cell = fixtureCell('fine', {}, { dataset: { ...dataset, ...sizes, name: 'tiny-imagenet' } });
  expect(dataDirOf(cell, { 'tiny-imagenet': dir })).toBe(dir);
  expect(await dataDigests({ 'tiny-imagenet': dir })(cell)).toBeNull();
});

it('names what is wrong with images that are not there', async () => {
  const { dataset } = fixtureConfig();
  const cell = fixtureCell('fine', {}, { dataset: { ...dataset, name: 'cifar-10' } });
  const folder = await temporaryFolder();
  expect(dataDirOf(cell, { 'cifar-10': folder })).toBe(folder);
  await expect(dataDigests({ 'cifar-10': folder })(cell)).rejects.toThrow(folder);
});

it('tells learning rates and λ that were found on other data, by their arms; what is tried out may be on any', async () => {
  const tuning = { cells: 2, training_macs: 1, data: 'abc' };
  const plain = fixtureCell('one');
  const tuned = { ...plain, tuning };
  const digest = (value: string | null) => async () => value;
  const reason = `${tunedArmOf(tuned)}: its learning rate and λ were found on other data (abc)`;
  expect(otherDataRefusal(tuned, 'abc')).toBeNull();
  expect(otherDataRefusal(plain, 'def')).toBeNull();
  const { config } = tuned;
  const trial = { ...tuned, config: { ...config, overrides: { 'training.epochs': 1 } } };
  expect(otherDataRefusal(trial, 'def')).toBeNull();
  expect(otherDataRefusal(tuned, 'def')).toBe(reason);
  expect(await heldAgainstData([plain, tuned], digest('def'))).toEqual([plain, { ...tuned, untuned: reason }]);
  expect(await heldAgainstData([plain, tuned], digest(null))).toEqual([plain, tuned]);
});
