import { trainBatches } from '../data/batches.ts';
import { loadImages } from '../data/images.ts';
import { streamsOf } from '../random.ts';
import type { DatasetSpec } from '../spec.ts';
import type { Benchmark } from './benchmark.ts';

const batchSize = 128;

const dataset: DatasetSpec = {
  name: 'generated',
  trainExamples: 8 * batchSize,
  testExamples: 100,
  flip: true,
  cropPadding: 4,
  normalization: 'dataset',
};

/** Augmentation, normalization and batching of one batch of 32x32 images; every eighth call begins an epoch. */
export const batchOf128: Benchmark = {
  name: `data/batch-of-${batchSize}`,
  flops: null,
  prepare: async () => {
    const data = await loadImages(dataset, null);
    const streams = streamsOf('benchmarks', 0);
    let epoch = 0;
    const nextEpoch = () => trainBatches(data, dataset, batchSize, epoch++, streams);
    let batches = nextEpoch();
    const nextBatch = () => {
      const next = batches.next();
      if (next.done !== true) return next.value;
      batches = nextEpoch();
      return batches.next().value!;
    };
    return {
      task: () => {
        const { size } = nextBatch();
        if (size !== batchSize) throw new Error(`data benchmark: expected ${batchSize} images, got ${size}`);
      },
      dispose: () => {},
    };
  },
};

export const dataBenchmarks: readonly Benchmark[] = [batchOf128];
