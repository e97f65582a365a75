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

const shared = {
  decay: 1e-3,
  learning_rate: 0.1,
  arm: 'dense',
  configuration: 'c',
  by: 'validation_accuracy',
  better: 'higher',
  reference: [0.5],
  tried: [
    { decay: 1e-3, values: [0.5], admitted: true },
    { decay: 2e-3, values: [0.1], admitted: false },
    { decay: 4e-3, values: [0.5], admitted: true },
  ],
  cells: 4,
  training_macs: null,
  data: '0',
};

it('holds the largest λ that is admitted with all smaller ones, and no other', async () => {
  const dir = await temporaryFolder();
  const withDecay = (decay: number | null) => JSON.stringify({ ...file, shared: { ...shared, decay } });
  await writeFile(tuningPath('compression', 'nightly', dir), withDecay(1e-3));
  expect((await readTuning('compression', 'nightly', dir))?.shared?.decay).toBe(1e-3);
  for (const decay of [4e-3, 0.5, null]) {
    await writeFile(tuningPath('compression', 'nightly', dir), withDecay(decay));
    await expect(readTuning('compression', 'nightly', dir)).rejects.toThrow(/not the largest admitted of those tried/);
  }
});

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
