import { describe, expect, test } from 'vitest';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { extraNumber } from '../../../baselines/history/extra-number.ts';
import {
  delayOfShare,
  delaysOf,
  falseAlarmsAYear,
  scenarios,
} from '../../../baselines/history/simulation/scenarios.ts';
import { type SuiteModel, suiteModelOf } from '../../../baselines/history/simulation/suite-model.ts';
import { streamsOf } from '../../../harness/random.ts';

const modelOf = async (suite: string) => suiteModelOf((await readBaseline(suite, 'nightly'))!)!;
const uniform = (purpose: string) => streamsOf('history-test', 0)(purpose);
const scenario = (name: string) => scenarios.find((one) => one.name === name)!;

describe('a suite’s model', () => {
  test.each([
    ['translation', 21],
    ['compression', 42],
    ['tensors', 18],
  ])('of %s has its arms, and a part that seeds change in all of them', async (suite, arms) => {
    const { deviations, common, groups } = await modelOf(suite);
    expect(deviations).toHaveLength(arms);
    expect(Math.min(...deviations)).toBeGreaterThan(0.1);
    expect(Math.max(...deviations)).toBeLessThan(4);
    expect(common).toBeGreaterThanOrEqual(0);
    expect(common).toBeLessThan(0.5);
    for (const { members } of groups) expect(members.length).toBeGreaterThanOrEqual(3);
  });
});

test('a suspect arm gets 10 more seeds, a group about 40 cells, a large one none', () => {
  expect([1, 3, 8, 20, 21].map(extraNumber)).toEqual([10, 13, 5, 2, 0]);
});

// The short form of npm run history -- --simulate, whose 9,000 nights take minutes.
describe('simulated nights of translation', () => {
  let model: SuiteModel | undefined;
  const asModel = async () => {
    model ??= await modelOf('translation');
    return model;
  };

  test.each(['normal', 't5'] as const)('alarm at most every second year for nothing: %s', async (noise) => {
    const how = { nights: 800, accepted: 10, noise, extra: true };
    expect(falseAlarmsAYear(await asModel(), how, uniform(noise))).toBeLessThanOrEqual(0.5);
  });

  test('find losses, larger ones sooner', async () => {
    const delays = async (name: string) =>
      delaysOf(await asModel(), scenario(name), { runs: 14, accepted: 10, extra: true }, uniform(name));
    expect(delayOfShare(await delays('all arms -0.5'), 0.8)).toBeLessThanOrEqual(4);
    expect(delayOfShare(await delays('one arm -2'), 0.8)).toBeLessThanOrEqual(5);
    expect(delayOfShare(await delays('one arm -1'), 0.5)).toBeLessThanOrEqual(8);
  });
});
