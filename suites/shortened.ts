import type { TrainingSpec } from '../harness/spec/image.ts';

/** Images of a nightly cell. */
export const nightlySizes = { trainExamples: 4000, validationExamples: 2000, testExamples: 5000 };

/** Images of a batch in short profiles: small, for more steps. */
const batchSize = 32;

/**
 * A published training in fewer epochs, of smaller batches for more steps: the rate is scaled with the batch (Goyal et al.
 * 2017). λ is the largest of its grid at which the dense network is, on held-out images, not worse than without decay by
 * more than a standard error: `tune` finds it.
 */
export function shortened(
  published: TrainingSpec,
  own: Pick<TrainingSpec, 'epochs' | 'testEvery' | 'decay'>,
): TrainingSpec {
  const learningRate = (published.learningRate * batchSize) / published.batchSize;
  return { ...published, ...own, batchSize, learningRate };
}
