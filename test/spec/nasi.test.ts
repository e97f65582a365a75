import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { planCells } from '../../harness/plan/plan.ts';
import {
  activationsOf,
  architecturesOf,
  edgesOf,
  isConnected,
  type NasiConfig,
  type NasiExperimentSpec,
  operationsOf,
  nasi as words,
} from '../../harness/spec/nasi.ts';
import { nasi } from '../../suites/nasi.ts';

function changed(change: (experiments: NasiExperimentSpec[]) => void) {
  const suite = structuredClone(nasi);
  change(suite.profiles.smoke!.experiments as NasiExperimentSpec[]);
  return suite;
}
const planned = (suite = nasi) => planCells(suite, 'smoke', { present: [] });

describe('the words of search at initialization', () => {
  it.each<[string, (experiments: NasiExperimentSpec[]) => void, string]>([
    [
      'an architecture of too few letters',
      ([experiment]) => {
        experiment!.arms[0]!.factors.architecture = ['rrr-48'];
      },
      'architecture: rrr-48 is none of mlp-4: it needs 4 letters of rtls, then - and a width',
    ],
    [
      'a letter of the other space',
      ([, experiment]) => {
        experiment!.arms[0]!.factors.architecture = ['3r1-4'];
      },
      'architecture: 3r1-4 is none of conv-cell-3x1',
    ],
    [
      'a cell that nothing goes through',
      ([, experiment]) => {
        experiment!.arms[0]!.factors.architecture = ['3nn-4'];
      },
      '3nn-4: nothing of the input reaches the output; choose another operation than none (n)',
    ],
    [
      'more exact examples than the batch has',
      ([experiment]) => {
        experiment!.scoring.exactExamples = 65;
      },
      'scoring: 65 exact examples are more than the batch',
    ],
    [
      'a batch of more examples than there are',
      ([experiment]) => {
        experiment!.search.examples = 641;
      },
      'search: a batch of 641 examples is more than the 640 training examples',
    ],
    [
      'vectors for cells',
      ([experiment, other]) => {
        other!.dataset = experiment!.dataset;
      },
      'dataset: mixture does not go with conv-cell: mlp learns mixture',
    ],
    [
      'a search without what it sees',
      ([experiment]) => {
        experiment!.arms[1]!.factors = {};
      },
      'searchInput: ',
    ],
    [
      'another method',
      ([experiment]) => {
        experiment!.arms[1]!.method = 'darts';
      },
      'an arm of method darts makes no cell: method: ',
    ],
  ])('refuse %s', (_, change, message) => {
    expect(() => planned(changed(change))).toThrow(UsageError);
    expect(() => planned(changed(change))).toThrow(message);
  });

  it('name cells after method, architecture or what is seen, space and data set', () => {
    const names = planned().map(({ cell }) => cell);
    expect(names).toContain('architecture.rrrr-48.mlp-4.mixture.seed-0');
    expect(names).toContain('nasi-ada.true.conv-cell-3x1.templates.seed-0');
    const config = planned()[0]!.config as NasiConfig;
    expect(words.rates(config)).toEqual({ learning_rate: 0.05, decay: null });
    expect(words.length(config)).toBe('5 epochs');
  });
});

describe('a space', () => {
  it('has an architecture for every choice at every place', () => {
    expect(architecturesOf({ name: 'mlp', layers: 4 })).toHaveLength(256);
    // Without those whose last node gets nothing: 0→2 is none, and 0→1 or 1→2 is.
    expect(architecturesOf({ name: 'conv-cell', nodes: 3, cells: 1 })).toHaveLength(125 - 9);
  });

  it('has edges from every node to all later ones', () => {
    expect(edgesOf(4).map(({ from, to }) => `${from}${to}`)).toEqual(['01', '02', '12', '03', '13', '23']);
  });

  it('knows which cells are connected', () => {
    expect(['sns', 'nss', 'nsn', 'snn', 'nns'].map((choices) => isConnected(3, choices))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('reads letters', () => {
    expect(activationsOf('rtls')).toEqual(['relu', 'tanh', 'linear', 'sigmoid']);
    expect(operationsOf('ns13p')).toEqual(['none', 'skip', 'conv-1', 'conv-3', 'average']);
  });
});

it('suites hold every architecture once, and vary widths', () => {
  for (const profile of Object.values(nasi.profiles)) {
    for (const { arms } of profile.experiments) {
      const names = arms.flatMap(({ factors }) => factors.architecture ?? []);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(names.map((name) => name.split('-')[1])).size).toBeGreaterThan(1);
    }
  }
});
