import { expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { worseArms } from '../../../reports/comparison/comparison-gate.ts';
import { comparedArm, comparisonOf, perplexityArm } from './compared-arms.ts';

const worse = { ...comparedArm, after: { ...comparedArm.after, mean: 0.53 }, difference: -0.02 };

it('passes what is better, or worse by the threshold at most', () => {
  expect(worseArms([comparisonOf([comparedArm])], 0)).toEqual([]);
  expect(worseArms([comparisonOf([worse])], 0.02)).toEqual([]);
});

it('names an arm that is worse by more, in one suite or another', () => {
  expect(worseArms([comparisonOf([comparedArm]), comparisonOf([worse])], 0.01)).toEqual([
    'low-rank-0.1.default.weight-decay.resnet-20.generated: accuracy 55.00 % before, 53.00 % after, -2.00 points',
  ]);
});

it('knows that lower is better where it is', () => {
  expect(worseArms([comparisonOf([perplexityArm])], 3)).toEqual([
    'dense.released: perplexity 180.00 before, 183.25 after, +3.25 (worse)',
  ]);
  expect(worseArms([comparisonOf([{ ...perplexityArm, difference: -3.25 }])], 3)).toEqual([]);
});

it('names completed seeds that then have no value, whatever the others give', () => {
  const arm = {
    ...comparedArm,
    before: { ...comparedArm.before, leftOut: [1], lost: [2] },
    after: { ...comparedArm.after, lost: [1, 2, 3] },
  };
  expect(worseArms([comparisonOf([arm])], 1)).toEqual([`${arm.arm}: 1 completed seed lost: 1`]);
});

it('names arms that are lost, not those that are new', () => {
  const uncompared = [
    { arm: 'gone', reason: 'not in B', isLost: true },
    { arm: 'new', reason: 'not in A', isLost: false },
  ];
  expect(worseArms([comparisonOf([comparedArm], { uncompared })], 1)).toEqual(['gone: cannot be judged, not in B']);
});

it('refuses one threshold for several metrics', () => {
  expect(() => worseArms([comparisonOf([comparedArm, perplexityArm])], 1)).toThrow(UsageError);
  expect(() => worseArms([comparisonOf([comparedArm, perplexityArm])], 1)).toThrow(/accuracy, perplexity.*--only/);
});
