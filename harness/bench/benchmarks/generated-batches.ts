import { type Batch, trainBatches } from '../../data/images/batches.ts';
import { loadImages } from '../../data/images/images.ts';
import { streamsOf } from '../../random.ts';
import type { DatasetSpec } from '../../spec/image.ts';

/** Augmented and normalized batches of generated 32x32 images without an end; every eighth begins an epoch. */
export async function generatedBatches(batchSize: number): Promise<() => Batch> {
  const dataset: DatasetSpec = {
    name: 'generated',
    trainExamples: 8 * batchSize,
    testExamples: 100,
    flip: true,
    cropPadding: 4,
    normalization: 'dataset',
  };
  const data = await loadImages(dataset, null);
  const streams = streamsOf('benchmarks', 0);
  let epoch = 0;
  const nextEpoch = () => trainBatches(data, dataset, batchSize, epoch++, streams);
  let batches = nextEpoch();
  return () => {
    const next = batches.next();
    if (next.done !== true) return next.value;
    batches = nextEpoch();
    return batches.next().value!;
  };
}
