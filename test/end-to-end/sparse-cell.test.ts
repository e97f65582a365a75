import { describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { UsageError } from '../../harness/errors.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { gatedMeasure, recordSchema } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { ImageArmSpec } from '../../harness/spec/image.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';
import { chosenAccuracy, plainContext as context } from './tiny-cells.ts';

/**
 * ResNet-8 of width 4 on 100 images of 32 x 32: weights 9·(12 + 16 + 16 + 32 + 64 + 128 + 256) + 16·10 = 4876;
 * normalizations 2·(3·4 + 2·8 + 2·16) = 120 and 10 biases; 5006 in all, of which a quarter is 1251.5, rounded 1252,
 * less 130: 1122 weights.
 */
const [weights, parameters, kept] = [4876, 5006, 1252];
const denseMacs = 9 * ((12 + 16 + 16) * 32 ** 2 + (32 + 64) * 16 ** 2 + (128 + 256) * 8 ** 2) + 160;

type Factors = ImageArmSpec['factors'];

const factors: Factors = { budget: [0.25], init: ['default'], regularizer: ['weight-decay'] };

function cellsOf({ method = 'snip', ...change }: Partial<Factors> & { method?: string }): PlannedCell[] {
  const suite = fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
    Object.assign(experiment.training, { batchSize: 32, epochs: 3 });
    experiment.arms = [{ method, factors: { ...factors, ...change } }];
    spec.profiles.smoke!.seeds = 1;
  });
  return planCells(suite, 'smoke', { present: [] });
}

describe('a sparse cell', () => {
  it('is planned with its ratio, and the time of dense steps', () => {
    const [snip] = cellsOf({});
    const [dense] = cellsOf({ method: 'dense', budget: [1] });
    expect(snip).toMatchObject({
      cell: 'snip-0.25.default.weight-decay.resnet-8-w4.generated.seed-0',
      ratio: kept / parameters,
      estimatedSeconds: dense!.estimatedSeconds,
    });
  });

  it('is refused a spectral initialization, Frobenius decay and a budget that it cannot reach', () => {
    expect(() => cellsOf({ init: ['spectral'] })).toThrow(UsageError);
    expect(() => cellsOf({ init: ['spectral'] })).toThrow("method snip has no init 'spectral'");
    expect(() => cellsOf({ regularizer: ['frobenius-decay'] })).toThrow(
      "method snip has no regularizer 'frobenius-decay'",
    );
    expect(() => cellsOf({ budget: [0.026] })).toThrow('method snip: budget 0.026 leaves 130 of the 5006 parameters');
  });

  it('records what it kept, counted both ways, and what it computed', async () => {
    const record = await runCell(cellsOf({})[0]!, context);
    expect(recordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      status: 'completed',
      parameters,
      nonzero_parameters: kept,
      ratio: kept / parameters,
      weight_ratio: (kept - 130) / weights,
      // Three epochs of 100 images, and for the scores one batch, of 128 if there were as many.
      training_passes: 4,
      training_macs: 3 * denseMacs * 400,
      phases: [{ label: 'train', epochs: 3 }],
    });
    expect(record.macs).toBeGreaterThan(0);
    expect(record.macs).toBeLessThan(denseMacs);
  });

  it('of two phases is planned, counted and recorded as both, and judged by the second', async () => {
    const [cell] = cellsOf({ method: 'magnitude' });
    const [dense] = cellsOf({ method: 'dense', budget: [1] });
    // Beside the 4 s that every cell takes: 3 epochs and half as many, rounded up.
    expect((cell!.estimatedSeconds - 4) / (dense!.estimatedSeconds - 4)).toBeCloseTo(5 / 3, 9);
    const progress: string[] = [];
    const record = await runCell(cell!, {
      ...context,
      onProgress: ({ phase, epoch, epochs, step, steps }) => {
        if (phase === 'evaluate') progress.push(`${epoch}/${epochs}, ${step}/${steps}`);
      },
    });
    // Held-out and test images are one batch each.
    expect(progress).toEqual([1, 2, 3, 4, 5].flatMap((epoch) => [1, 2].map(() => `${epoch}/5, ${4 * epoch}/20`)));
    expect(record).toMatchObject({
      nonzero_parameters: kept,
      training_passes: 5,
      training_macs: 3 * denseMacs * 500,
      phases: [
        { label: 'dense', epochs: 3 },
        { label: 'fine-tune', epochs: 2 },
      ],
    });
    expect(record.curve.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5]);
    const accuracies = record.curve.map(({ values }) => values.test_accuracy!);
    expect(gatedMeasure(record)).toEqual({
      metric: 'accuracy',
      value: accuracies[4],
      best: chosenAccuracy(record, 3),
    });
  });

  it('has all of the operations of the dense network where it keeps everything', async () => {
    const record = await runCell(cellsOf({ method: 'random-pruning', budget: [1] })[0]!, context);
    expect(record).toMatchObject({ macs: denseMacs, nonzero_parameters: parameters, ratio: 1, weight_ratio: 1 });
    const [dense] = cellsOf({ method: 'dense', budget: [1] });
    const unmasked = await runCell(dense!, context);
    expect(record.weights_digest).toBe(unmasked.weights_digest);
    expect(unmasked).toMatchObject({ training_passes: 3, training_macs: 3 * denseMacs * 300, macs: denseMacs });
  });
});
