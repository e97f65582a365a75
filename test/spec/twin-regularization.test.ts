import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import {
  type RecognizerArmSpec,
  type SpokenWordsSpec,
  type TwinConfig,
  type TwinExperimentSpec,
  twinRegularization as words,
} from '../../harness/spec/twin-regularization.ts';
import { tinyTwinCells, tinyTwinSuite } from '../helpers/twin-cells.ts';

function changed(change: (experiment: TwinExperimentSpec) => void) {
  const suite = tinyTwinSuite();
  change(suite.profiles.smoke!.experiments[0]!);
  return suite;
}
const withArm = (method: string, factors: Partial<RecognizerArmSpec['factors']>) =>
  changed((experiment) => {
    const plain = { budget: [1], init: ['default'], regularizer: ['none'] } as RecognizerArmSpec['factors'];
    experiment.arms = [{ method, factors: { ...plain, ...factors } }];
  });

describe('the words of twin regularization', () => {
  it.each<[string, string, Partial<RecognizerArmSpec['factors']>, string]>([
    ['a twin without λ', 'shared-twin', {}, 'twin_weight: is missing: say the λ of its term (method shared-twin)'],
    ['λ without a twin', 'bidirectional', { twin_weight: [0.6] }, 'twin_weight: is of twins alone; leave it out'],
    ['look-ahead of no frame', 'look-ahead', {}, 'look_ahead: is missing: say how many frames'],
    ['frames ahead of another', 'unidirectional', { look_ahead: [2] }, 'look_ahead: is of look-ahead alone'],
    [
      'factors of dense weights',
      'unidirectional',
      { init: ['spectral'] },
      'init: spectral is of factors, and budget 1',
    ],
    [
      'Frobenius decay of dense weights',
      'unidirectional',
      { regularizer: ['frobenius-decay'] },
      'regularizer: frobenius-decay of dense weights is weight decay; name that',
    ],
    ['another recognizer', 'transformer', {}, 'an arm of method transformer makes no cell: method: '],
  ])('refuse %s', (_, method, factors, message) => {
    const plan = () => planCells(withArm(method, factors), 'smoke', { present: [] });
    expect(plan).toThrow(UsageError);
    expect(plan).toThrow(message);
  });

  it('refuse phones that end before they begin', () => {
    const suite = changed((experiment) => {
      (experiment.fallbackDataset as SpokenWordsSpec).mostFrames = 1;
    });
    expect(() => checkedSuite(suite)).toThrow('mostFrames: is less than leastFrames; raise it');
  });

  it('refuse a budget that no rank reaches, naming the nearest', () => {
    const plan = () => planCells(withArm('unidirectional', { budget: [0.01] }), 'smoke', { present: [] });
    expect(plan).toThrow(/budget 0\.01 is below what minimal-gru-1x8 keeps at rank 1; the nearest budget/);
  });

  it('name cells after recognizer, λ, factors, network and noise', () => {
    const cells = tinyTwinCells();
    expect(cells.map(({ cell }) => cell)).toEqual(
      expect.arrayContaining([
        'unidirectional.default.none.minimal-gru-1x8.spoken-words-1.8.seed-0',
        'shared-twin-0.6.default.none.gru-1x8.spoken-words-1.seed-0',
        'look-ahead-2.default.none.minimal-gru-1x8.spoken-words-1.8.seed-0',
        'unidirectional-0.5.spectral.frobenius-decay.minimal-gru-1x8.spoken-words-1.8.seed-0',
      ]),
    );
    const config = cells.find(({ cell }) => cell.includes('frobenius-decay'))!.config as TwinConfig;
    expect(words.rates(config)).toEqual({ learning_rate: 0.05, decay: 1e-4 });
    expect(words.length(config)).toBe('5 updates');
  });
});
