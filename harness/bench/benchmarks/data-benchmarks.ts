import type { Benchmark } from '../benchmark.ts';
import { generatedBatches } from './generated-batches.ts';

const batchSize = 128;

/** Augmentation, normalization and batching of one batch of 32x32 images. */
export const batchOf128: Benchmark = {
  name: `data/batch-of-${batchSize}`,
  flops: null,
  prepare: async () => {
    const nextBatch = await generatedBatches(batchSize);
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
