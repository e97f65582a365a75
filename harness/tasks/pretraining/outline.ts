import {
  costOfSteps,
  ofTransformers,
  operationsPerPart,
  type Steps,
  startSeconds,
  trainingBytes,
} from '../estimate.ts';
import type { Outline } from '../kind.ts';
import type { EncoderPlan } from './encoder.ts';

/** Characters and tokens of a sequence. */
const bytesPerSequence = 2000;

/** @param examples sequences that are read */
export function outlineEncoder(
  { blueprint, network, budget }: EncoderPlan,
  { examples, ...steps }: Pick<Steps, 'trained' | 'evaluated' | 'batchSize'> & { examples: number },
): Outline {
  const { parameters } = network.dense;
  const { values } = (budget.width === 1 ? network : network.narrowed(budget.width)).dense;
  return {
    ratio: budget.ratio,
    parameters: Math.round(budget.ratio * parameters),
    cost: {
      ...costOfSteps({
        ...steps,
        macs: budget.passMacs,
        values,
        operations: operationsPerPart * blueprint.parts.length,
        passes: ofTransformers.passes,
      }),
      scalarSeconds: startSeconds,
      memoryBytes: trainingBytes({
        values,
        batchSize: steps.batchSize,
        parameters,
        dataBytes: examples * bytesPerSequence,
        copies: ofTransformers.copies,
      }),
    },
  };
}
