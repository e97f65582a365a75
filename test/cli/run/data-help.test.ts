import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { dataHelp, dataTable } from '../../../harness/cli/run/data-help.ts';
import { folderDatasets } from '../../../harness/data/registry.ts';

it('the manual’s table of data sets follows from their objects', async () => {
  const manual = await readFile(new URL('../../../docs/data.md', import.meta.url), 'utf8');
  const start = manual.indexOf('| data set ');
  expect(manual.slice(start, manual.indexOf('\n\n', start))).toBe(dataTable());
});

it('lists every data set that needs files once, in columns', () => {
  const [title, ...lines] = dataHelp().split('\n');
  expect(title).toMatch(/--data.*:$/);
  expect(lines).toHaveLength(folderDatasets.length);
  for (const [index, { name, folder, files }] of folderDatasets.entries()) {
    expect(lines[index]?.trim().split(/ {2,}/)).toEqual([name, `${folder}/`, files.replaceAll('`', '')]);
  }
  const columns = folderDatasets.map(({ folder }, index) => lines[index]?.indexOf(`${folder}/`));
  expect(new Set(columns).size).toBe(1);
});
