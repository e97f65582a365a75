import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ImageFolder } from '../../harness/data/images/image-dataset.ts';
import { datasetSchema } from '../../harness/spec/image.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { writeText } from './text/text-files.ts';

const root = new URL('../../', import.meta.url);
const manual = await readFile(new URL('docs/extending.md', root), 'utf8');
const section = /^## Add a data set\n(.*?)^## /ms.exec(`${manual}\n## `)?.[1] ?? '';

/** The data set of the manual's example, made as a file of the harness would make it. */
async function exampleOf(): Promise<ImageFolder> {
  const code = /^```ts\n(.*?)^```$/ms.exec(section)?.[1] ?? '';
  const reader = new URL('harness/data/images/image-records.ts', root).pathname;
  const path = join(await temporaryFolder(), 'my-images.ts');
  await writeFile(path, code.replace("'./image-records.ts'", `'${reader}'`));
  return ((await import(path)) as { myImages: ImageFolder }).myImages;
}

it('the manual’s example of a data set is found and read', async () => {
  const dataset = await exampleOf();
  const { side, channels, folder } = dataset;
  const record = (label: number) =>
    Buffer.from([label, ...Array.from({ length: channels * side ** 2 }, (_, i) => i % 251)]);
  const dir = await temporaryFolder();
  const there = await writeText(join(dir, folder), { 'train.bin': '', 'test.bin': '' });
  await writeFile(join(there, 'train.bin'), Buffer.concat([record(4), record(0)]));
  await writeFile(join(there, 'test.bin'), record(2));
  expect(await dataset.find(dir)).toBe(there);
  const { counts, read } = await dataset.open(there);
  expect(counts).toEqual({ train: 2, test: 1 });
  const { images, labels } = await read('train', 2);
  expect([...labels]).toEqual([4, 0]);
  // The first pixel, and the last of the second image.
  const plane = side ** 2;
  const valuesAt = (pixel: number) => [0, 1, 2].map((channel) => (channel * plane + pixel) % 251);
  expect([...images.subarray(0, 3)]).toEqual(valuesAt(0));
  expect([...images.subarray(-3)]).toEqual(valuesAt(plane - 1));
});

it('the manual’s example of what a suite says fits the schema but for the new name', () => {
  const line = /^dataset: (\{.*\}),$/m.exec(section)?.[1] ?? '';
  const spec = JSON.parse(line.replaceAll("'", '"').replace(/(\w+):/g, '"$1":')) as object;
  expect(datasetSchema.parse({ ...spec, name: 'cifar-10' })).toEqual({ ...spec, name: 'cifar-10' });
  expect(datasetSchema.safeParse(spec).error?.issues.map(({ path }) => path)).toEqual([['name']]);
});

it('the manual names the lists that a data set joins', async () => {
  for (const path of section.match(/`harness\/[\w/.-]+\.ts`/g) ?? []) {
    if (path.includes('my-images')) continue;
    expect(await readFile(new URL(path.replaceAll('`', ''), root), 'utf8')).not.toBe('');
  }
  const textOf = (path: string) => readFile(new URL(path, root), 'utf8');
  expect(await textOf('harness/data/registry.ts')).toContain('export const datasets = [');
  expect(await textOf('harness/spec/datasets.ts')).toContain('export const fileDatasetNames = [');
  expect(await textOf('harness/spec/datasets.ts')).toContain('export const textFileDatasetNames = [');
});
