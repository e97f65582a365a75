import { needsFiles } from '../../spec/datasets.ts';
import type { PretrainingConfig } from '../../spec/pretraining.ts';
import type { Overrides } from '../../spec/words.ts';

/** Channels of a token, at most, but for what lets heads share them. */
const width = 32;
/** Tokens of a sequence: of generated text, no more are needed. */
const longest = 48;
const merges = 300;
/** Rows of the table: more than generated text has symbols of so many merges. */
const vocabulary = 400;
/** Sequences of a batch. */
const batchSize = 2;

/**
 * A cell of pre-training whose updates cost little: of a few sequences of generated text each, in a narrow encoder of as
 * many layers.
 */
export function reducedPretraining({ model, dataset }: Pick<PretrainingConfig, 'model' | 'dataset'>): Overrides {
  const channels = Math.max(model.heads, width - (width % model.heads));
  return {
    ...(needsFiles(dataset) ? { 'dataset.standIn': true } : {}),
    'dataset.trainExamples': 4 * batchSize,
    'dataset.validationExamples': Math.min(dataset.validationExamples, batchSize),
    'dataset.testExamples': batchSize,
    'dataset.merges': Math.min(dataset.merges, merges),
    'dataset.length': Math.min(dataset.length, longest),
    'training.batchSize': batchSize,
    'model.width': Math.min(model.width, channels),
    'model.feedForward': Math.min(model.feedForward, 4 * channels),
    'model.positions': Math.min(model.positions, longest),
    'model.vocabulary': Math.min(model.vocabulary, vocabulary),
    init: 'default',
  };
}
