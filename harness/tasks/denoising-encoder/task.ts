import { trainingDefinition } from '../../definition/training-definition.ts';
import type { Measure } from '../../record.ts';
import type { DenoisingEncoderConfig, DenoisingEncoderDetails } from '../../spec/denoising-encoder.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { trainLoop } from '../../train/loop.ts';
import { evaluationStep } from '../../train/step.ts';
import type { Task, TaskOptions } from '../task.ts';
import { encoderChecks } from './checks.ts';
import { divergenceLoss, encodedBy, encoderLoop, encoderStep, newEncoder } from './encoder.ts';
import {
  constantDivergence,
  drawNoisyPoints,
  drawPosteriors,
  type EncoderMeasure,
  measureEncoder,
} from './posteriors.ts';

/**
 * The denoising encoder: an encoder of noisy points is trained to come near to known posteriors, and held against the
 * best one, their kernel average.
 */
export async function denoisingEncoderTask(config: DenoisingEncoderConfig, { streams }: TaskOptions): Promise<Task> {
  const { dataset, training, sigma } = config;
  const posteriors = drawPosteriors(dataset, streams);
  const test = drawNoisyPoints(posteriors, sigma, dataset.testExamples, streams('test'));
  const encoder = newEncoder(config, streams);
  const step = encoderStep(encoder);
  const evaluation = evaluationStep(encoder.variables, divergenceLoss(encoder));
  const loop = encoderLoop({ encoder, step, posteriors, test, config, streams });
  const constant = constantDivergence(posteriors);
  return {
    size: null,
    data: null,
    phases: [],
    warnings: [],
    state: step.variables,
    variables: encoder.variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ curve, diverged }) {
      const examples = (curve.at(-1)?.at ?? 0) * training.batchSize;
      if (diverged) return { measures: measuresOf(null), checks: [], details: null, examples };
      const measured = measureEncoder(posteriors, sigma, test, encodedBy(encoder, test));
      const details: DenoisingEncoderDetails = {
        error: measured.error,
        variance: measured.variance,
        divergence: measured.divergence,
        least_divergence: measured.leastDivergence,
        constant_divergence: constant,
        standard_deviation: Math.sqrt(2 * dataset.variance * constant),
      };
      return {
        measures: measuresOf(measured),
        checks: encoderChecks(measured, dataset.variance, sigma),
        details,
        examples,
      };
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['train'],
        hooks: {},
        state: step.variables,
        data: '',
        // What is tested is computed in float64, beside the engine.
        evaluated: { step: evaluation, on: {}, feedsOf: loop.feedsOf },
        facts: {
          'divergence of a constant encoder': Number(constant.toPrecision(10)),
          'least divergence of the test points': Number(leastOf().toPrecision(10)),
        },
      }),
    dispose() {
      step.dispose();
      evaluation.dispose();
    },
  };

  /** Whatever an encoder gives. */
  function leastOf(): number {
    const any = Array.from({ length: test.count }, () => ({ mean: 0, variance: 1 }));
    return measureEncoder(posteriors, sigma, test, any).leastDivergence;
  }
}

/** Null: training has diverged. */
function measuresOf(measured: EncoderMeasure | null): Measure[] {
  const amountOf = (value: number | undefined) => finiteOrNull(value ?? Number.NaN);
  return [
    { metric: 'encoder_error', value: amountOf(measured?.error), best: null },
    { metric: 'posterior_divergence', value: amountOf(measured?.divergence), best: null },
  ];
}
