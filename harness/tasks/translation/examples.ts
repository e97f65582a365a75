import type { SequenceModel } from '../../nn/transformer/sequence-model.ts';
import { permutation } from '../../random.ts';
import type { Examples } from '../../sparse/examples.ts';
import type { SequenceTrainingSpec } from '../../spec/translation.ts';
import { type IdPair, type TokenBatch, testTokenBatches, trainTokenBatches } from '../../text/token-batches.ts';
import { sequenceFeeds } from '../../train/sequence-feeds.ts';
import { type SequenceFeeds, sequenceLoss } from '../../train/sequence-steps.ts';
import { batchOptions } from './training.ts';

/** The training pairs as a sparse method's context hands them out. */
export function translationExamples(
  model: SequenceModel,
  train: readonly IdPair[],
  training: SequenceTrainingSpec,
): Examples<TokenBatch, SequenceFeeds> {
  return {
    batch(streams, size) {
      if (size === undefined) return trainTokenBatches(train, batchOptions(training), 0, streams)[0]!;
      const order = permutation(train.length, streams('order/0'));
      const chosen = [...order.slice(0, size)].map((index) => train[index]!);
      const longest = training.lengths.at(-1)!;
      return testTokenBatches(chosen, { tokens: chosen.length * longest, lengths: [longest] })[0]!;
    },
    countOf: ({ pairs }) => pairs.length,
    feedsOf: sequenceFeeds,
    loss: sequenceLoss(model, training.labelSmoothing),
    images: null,
  };
}
