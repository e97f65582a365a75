import { expect, it } from 'vitest';
import { summarizeArms } from '../../../reports/arms/arm-summary.ts';
import { bestWithinCompute } from '../../../reports/arms/compute-limits.ts';
import { methodOf } from '../../../reports/arms/coordinates.ts';
import { armRecords, tunedRecords } from '../../helpers/arms.ts';

const dense = armRecords([0.9, 0.91], { method: 'dense', budget: 1 }, { training_macs: 1000 });
const arm = (method: string, training_macs: number | null, values: (number | null)[]) =>
  armRecords(values, { method }, { training_macs, parameters: 269722 });

function limited(...records: ReturnType<typeof arm>[]) {
  return bestWithinCompute(summarizeArms(records.flat())).map(({ limit, best, compute }) => [
    limit,
    methodOf(best.arm),
    compute,
    best.rivals.length + 1,
  ]);
}

it('names the best arm within each limit that admits one more', () => {
  expect(
    limited(
      dense,
      arm('cheap', 200, [0.6, 0.61]),
      arm('scored', 1040, [0.7, 0.71]),
      arm('worse', 900, [0.5, 0.51]),
      arm('pruned', 1500, [0.8, 0.81]),
      arm('ticket', 9000, [0.75, 0.76]),
    ),
  ).toEqual([
    [0.25, 'cheap', 0.2, 1],
    // 4 % above the dense training is within its limit.
    [1, 'scored', 1.04, 3],
    [2, 'pruned', 1.5, 4],
    [Number.POSITIVE_INFINITY, 'pruned', 1.5, 5],
  ]);
});

it('leaves out what was not counted or has no result', () => {
  expect(limited(dense, arm('uncounted', null, [0.9]), arm('lost', 100, [null]), arm('set', 1000, [0.5]))).toEqual([
    [1, 'set', 1, 1],
  ]);
});

it('counts the grid of a tuned arm, in a contest of its own, by the dense arm that was not tuned', () => {
  const tuned = (method: string, macs: number | null, values: number[]) =>
    tunedRecords(values, { method }, { macs }, { training_macs: 200, parameters: 269722 });
  const records = [
    ...dense,
    ...tunedRecords([0.95], { method: 'dense', budget: 1 }, { macs: 5000 }, { training_macs: 1500 }),
    ...arm('set', 200, [0.6]),
    ...tuned('set', 800, [0.7]),
    ...tuned('snip', 1700, [0.8]),
    ...tuned('uncounted', null, [0.9]),
  ];
  const found = bestWithinCompute(summarizeArms(records));
  expect(found.map(({ contest, limit, best, compute }) => [contest, limit, methodOf(best.arm), compute])).toEqual([
    ['0.1, shared', 0.25, 'set', 0.2],
    ['0.1, tuned', 1, 'set', 1],
    ['0.1, tuned', 2, 'snip', 1.9],
  ]);
});

it('is empty without a dense model to measure by', () => {
  expect(limited(arm('set', 1000, [0.5]))).toEqual([]);
});
