import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readTuning, tuningPath, writeTuning } from '../../baselines/tuning-file.ts';
import type { TuningFile } from '../../harness/spec/tuning.ts';
import { temporaryFolder } from '../run/helpers.ts';

const point = { learning_rate: 0.1, decay: 1e-3 };
const choice = (arm: string) => ({
  arm,
  configuration: 'abc',
  ...point,
  by: 'validation_accuracy',
  better: 'higher' as const,
  grid: [{ ...point, values: [0.5, 0.4] }],
  cells: 2,
  training_macs: 5,
  data: 'abc',
});
const file: TuningFile = {
  version: 1,
  suite: 'compression',
  profile: 'nightly',
  shared: null,
  choices: [choice('set'), choice('dense')],
};

it('is read as it was written, arms by name', async () => {
  const dir = await temporaryFolder();
  const path = await writeTuning(file, dir);
  expect(path).toBe(tuningPath('compression', 'nightly', dir));
  expect(await readTuning('compression', 'nightly', dir)).toEqual({
    ...file,
    choices: [choice('dense'), choice('set')],
  });
  expect(await readTuning('compression', 'smoke', dir)).toBeNull();
});

const damaged = [
  { learning_rate: 0.2 },
  { grid: [{ ...point, values: [0.5, null] }] },
  {
    grid: [
      { ...point, values: [0.5] },
      { learning_rate: 0.2, decay: 1e-3, values: [0.6] },
    ],
  },
  { cells: 3 },
].map((change): [string, RegExp] => [
  JSON.stringify({ ...file, choices: [{ ...choice('a'), ...change }] }),
  /not what tune writes/,
]);

it.each<[string, RegExp]>([
  ...damaged,
  ['{', /cannot be read/],
  ['{"version": 1}', /not what tune writes/],
  [JSON.stringify({ ...file, choices: [choice('a'), choice('a')] }), /two choices are of one arm/],
  [JSON.stringify({ ...file, suite: 'tensors' }), /holds those of tensors, nightly\. Rename it/],
])('refuses %s with the file and the remedy', async (text, message) => {
  const dir = await temporaryFolder();
  await writeFile(tuningPath('compression', 'nightly', dir), text);
  await expect(readTuning('compression', 'nightly', dir)).rejects.toThrow(message);
  await expect(readTuning('compression', 'nightly', dir)).rejects.toThrow(
    /npm run tune -- compression --profile nightly/,
  );
  expect(await readFile(tuningPath('compression', 'nightly', dir), 'utf8')).toBe(text);
});
