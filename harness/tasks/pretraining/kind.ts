import { usedPlainText } from '../../data/text/text-sequences.ts';
import {
  type PretrainingConfig,
  type PretrainingExperimentSpec,
  pretraining as words,
} from '../../spec/pretraining.ts';
import type { PlainTextDatasetSpec } from '../../spec/text.ts';
import type { Overrides } from '../../spec/words.ts';
import { denseReference } from '../dense-reference.ts';
import { overheadSeconds, relativeCost } from '../estimate.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';
import { buildsEncoders, encoderRefusal, maskedLengths, planEncoder } from './encoder.ts';

/** Measured: what of a dense step's time a step keeps that has no operations left, over the dense operations' time. */
export const restOfDense = 0.6;

/** Pre-training of encoders on masked tokens. */
export const pretraining: Kind<PretrainingConfig, PretrainingExperimentSpec> = {
  task: words.task,
  outline(config, method, { denseExamplesPerSecond }) {
    const { network, budget } = planEncoder(config, methodFor(config, method), 'masked-tokens', maskedLengths(config));
    const { updates, batchSize, testEvery } = config.training;
    const tested =
      Math.ceil(updates / testEvery) * ((config.dataset.testExamples ?? 0) + config.dataset.validationExamples);
    const { parameters, macs } = network.dense;
    const relative = relativeCost(budget.passMacs, macs, restOfDense * macs);
    return {
      ratio: budget.ratio,
      parameters: Math.round(budget.ratio * parameters),
      // An evaluation is about a third of a training step.
      estimatedSeconds: overheadSeconds + ((updates * batchSize + tested / 3) * relative) / denseExamplesPerSecond,
    };
  },
  accepts: buildsEncoders,
  refusal: (config, method) => encoderRefusal(config, methodFor(config, method)),
  limited: ({ dataset }, most) => limitedText(dataset, most, 'dataset'),
  tiny: { limit: 24, set: { 'training.updates': 3, 'training.testEvery': 3, 'training.warmupUpdates': 1 } },
  batchOf: ({ training }) => training.batchSize,
  dataDigest: async ({ dataset }, dataDir) => (await usedPlainText(dataset, dataDir)).digest,
  reference: denseReference,
  load: async () => (await import('./task.ts')).pretrainingTask,
};

/** Of as many training sequences, a tenth is enough to validate with and to test on. */
const testShare = 0.1;

/**
 * The fields that leave running text so many training sequences at most, and a tenth of them in the other parts; none
 * where it has no more.
 *
 * @param field of the configuration that holds the data set
 */
export function limitedText(
  { trainExamples, validationExamples, testExamples }: PlainTextDatasetSpec,
  most: number,
  field: string,
): Overrides {
  if (trainExamples !== null && trainExamples <= most) return {};
  const tenth = Math.max(1, Math.round(testShare * most));
  return {
    [`${field}.trainExamples`]: most,
    [`${field}.testExamples`]: Math.min(testExamples ?? tenth, tenth),
    ...(validationExamples > tenth ? { [`${field}.validationExamples`]: tenth } : {}),
  };
}
