import { usedPlainText } from '../../data/text/text-sequences.ts';
import { type PretrainingConfig, pretraining as words } from '../../spec/pretraining.ts';
import type { PlainTextDatasetSpec } from '../../spec/text.ts';
import type { Overrides } from '../../spec/words.ts';
import { denseReference } from '../dense-reference.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';
import { buildsEncoders, encoderRefusal, maskedLengths, planEncoder } from './encoder.ts';
import { outlineEncoder } from './outline.ts';
import { reducedPretraining } from './reduced.ts';

/** Pre-training of encoders on masked tokens. */
export const pretraining: Kind<PretrainingConfig> = {
  task: words.task,
  outline(config, method) {
    const { updates, batchSize, testEvery } = config.training;
    const held = (config.dataset.testExamples ?? 0) + config.dataset.validationExamples;
    return outlineEncoder(planEncoder(config, methodFor(config, method), 'masked-tokens', maskedLengths(config)), {
      trained: updates * batchSize,
      evaluated: Math.ceil(updates / testEvery) * held,
      batchSize,
      examples: (config.dataset.trainExamples ?? 0) + held,
    });
  },
  accepts: buildsEncoders,
  refusal: (config, method) => encoderRefusal(config, methodFor(config, method)),
  limited: ({ dataset }, most) => limitedText(dataset, most, 'dataset'),
  tiny: { limit: 24, set: { 'training.updates': 3, 'training.testEvery': 3, 'training.warmupUpdates': 1 } },
  reduced: reducedPretraining,
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
