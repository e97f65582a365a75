import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { checkedSuite } from '../../harness/plan/checked-suite.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type AmortizedExperimentSpec, amortizedInference as words } from '../../harness/spec/amortized-inference.ts';
import { amortizedInference } from '../../suites/amortized-inference.ts';

function changed(change: (experiment: AmortizedExperimentSpec) => void) {
  const suite = structuredClone(amortizedInference);
  change(suite.profiles.smoke!.experiments[0] as AmortizedExperimentSpec);
  return suite;
}
const planned = (suite: typeof amortizedInference = amortizedInference) => planCells(suite, 'smoke', { present: [] });

describe('the words of amortized inference', () => {
  it('refuse an objective without its setting', () => {
    const suite = changed(({ arms }) => {
      delete arms[1]!.factors.sigma;
    });
    expect(() => checkedSuite(suite)).toThrow(UsageError);
    expect(() => checkedSuite(suite)).toThrow(
      'experiments.0.arms.1.factors.sigma: is missing, but the arm has objective denoising; give it values',
    );
  });

  it.each<[string, (experiment: AmortizedExperimentSpec) => void, string]>([
    [
      'a batch larger than the data',
      ({ training }) => {
        training.batchSize = 500;
      },
      'training.batchSize: 500 is more than dataset.trainExamples; lower it',
    ],
    [
      'estimates of more training examples than there are',
      ({ estimate }) => {
        estimate.trainExamples = 300;
      },
      'estimate.trainExamples: 300 is more than dataset.trainExamples; lower it',
    ],
    [
      'a method of masks',
      ({ arms }) => {
        Object.assign(arms[5]!, { method: 'snip', budgetUnit: undefined });
      },
      'method snip: works on convolutions or through masks; an encoder needs one that replaces matrices',
    ],
    [
      'more images than MNIST has',
      (experiment) => {
        experiment.dataset = { name: 'mnist', trainExamples: 55_000, validationExamples: 10_000, testExamples: 100 };
        experiment.fallbackDataset = null;
      },
      'there are 60000 training images, not 65000',
    ],
  ])('refuse %s', (_, change, message) => {
    const plan = () => planCells(changed(change), 'smoke', { present: ['mnist'] });
    expect(plan).toThrow(UsageError);
    expect(plan).toThrow(message);
  });

  it('name cells after the objective with its setting, and leave out what is another objective’s', () => {
    const suite = changed(({ arms }) => {
      arms[0]!.factors = { ...arms[0]!.factors, objective: ['vae', 'denoising'], sigma: [0.1, 2], bound: [7] };
    });
    const cells = planned(suite).filter(({ config }) => config.method === 'dense');
    expect(cells.slice(0, 3).map(({ cell }) => cell.split('.autoencoder')[0])).toEqual([
      'dense.default.none.vae',
      'dense.default.none.denoising-0.1',
      'dense.default.none.denoising-2',
    ]);
    expect(cells[0]!.config).toMatchObject({ objective: { name: 'vae' } });
    const config = planned().find(({ cell }) => cell.includes('mixed'))!.config as never;
    expect(config).toMatchObject({ objective: { name: 'mixed', sigma: 0.6, share: 0.5 } });
    expect(words.rates(config)).toEqual({ learning_rate: 1e-3, decay: null });
    expect(words.length(config)).toBe('300 steps');
  });

  it('count the parameters of encoder and decoder, of which the encoder’s are factorized', () => {
    const of = (part: string) => planned().find(({ cell }) => cell.includes(part))!;
    // Widths 64-50-50-16 and 8-50-50-64, biases included.
    const [encoder, decoder] = [64 * 50 + 50 + 50 * 50 + 50 + 50 * 16 + 16, 8 * 50 + 50 + 50 * 50 + 50 + 50 * 64 + 64];
    expect(of('dense.default.none.vae').ratio).toBe(1);
    // Ranks round(50/4), half to even, and round(16/4).
    const factors = 12 * (64 + 50) + 12 * (50 + 50) + 4 * (50 + 16) + 50 + 50 + 16;
    expect(of('low-rank-0.25.default').ratio).toBeCloseTo((factors + decoder) / (encoder + decoder), 12);
    expect(Math.abs(of('narrow-0.25').ratio! - of('low-rank-0.25.default').ratio!)).toBeLessThan(0.01);
  });
});
