import { ofEncoders, type Steps } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { outlineTransformer } from '../transformer-outline.ts';
import type { EncoderPlan } from './encoder.ts';

/** Characters and tokens of a sequence. */
const bytesPerSequence = 2000;

/** @param examples sequences that are read */
export function outlineEncoder(
  plan: EncoderPlan,
  { examples, ...steps }: Pick<Steps, 'trained' | 'evaluated' | 'batchSize'> & { examples: number },
): Outline {
  return outlineTransformer(plan, { ...steps, dataBytes: examples * bytesPerSequence }, ofEncoders);
}
