import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type LazyTrainingExperimentSpec, lazyTraining as words } from '../../harness/spec/lazy-training.ts';
import { lazyTraining } from '../../suites/lazy-training.ts';

function changed(change: (experiments: LazyTrainingExperimentSpec[]) => void) {
  const suite = structuredClone(lazyTraining);
  change(suite.profiles.smoke!.experiments as LazyTrainingExperimentSpec[]);
  return suite;
}
const planned = (suite = lazyTraining) => planCells(suite, 'smoke', { present: [] });

describe('the words of lazy training', () => {
  it('refuse a fit that nothing says how to do', () => {
    const suite = changed(([experiment]) => {
      delete experiment!.adam;
    });
    expect(() => checkedSuite(suite)).toThrow(UsageError);
    expect(() => checkedSuite(suite)).toThrow(
      'suites/lazy-training.ts: profiles.smoke.experiments.0.adam: is missing, but an arm has fit adam',
    );
  });

  it.each<[string, (experiments: LazyTrainingExperimentSpec[]) => void, string]>([
    [
      'a width that is no whole number',
      ([experiment]) => {
        experiment!.arms[0]!.factors.width_ratio = [0.33];
      },
      'widthRatio: 0.33 times dimension 40 is no whole number of units',
    ],
    [
      'dependent random features',
      ([experiment]) => {
        experiment!.arms[0]!.factors.width_ratio = [21];
      },
      'widthRatio: 840 random features of 40 dimensions are dependent',
    ],
    [
      'a mixture of few dimensions',
      ([, experiment]) => {
        experiment!.dimension = 8;
      },
      'dimension: a mixture needs 16 at least',
    ],
    [
      'another regime',
      ([experiment]) => {
        experiment!.arms[0]!.method = 'kernel';
      },
      'an arm of method kernel makes no cell: method: ',
    ],
  ])('refuse %s', (_, change, message) => {
    expect(() => planned(changed(change))).toThrow(UsageError);
    expect(() => planned(changed(change))).toThrow(message);
  });

  it('name cells after regime, N/d, fit, target and dimensions', () => {
    const cells = planned();
    expect(cells.map(({ cell }) => cell)).toContain('random-features-0.25.closed-form.quadratic-d40.seed-0');
    const config = cells.find(({ cell }) => cell.startsWith('neural-network-0.5.adam.mixture'))!.config as never;
    expect(words.rates(config)).toEqual({ learning_rate: 0.01, decay: null });
    expect(words.length(config)).toBe('400 steps');
    expect(words.length(cells[0]!.config as never)).toBeNull();
  });
});
