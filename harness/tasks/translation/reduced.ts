import { needsFiles } from '../../spec/datasets.ts';
import type { TranslationConfig } from '../../spec/translation.ts';
import type { Overrides } from '../../spec/words.ts';

/** Channels of a token, at most; heads share them. */
const width = 32;
/** Rows of the tables: more than the symbols of so few sentences. */
const vocabulary = 1000;
/** Subwords of so few sentences are short, and sentences long in them: at most so many. One length is one graph. */
const longest = 200;
/** Sentences of a batch. */
const batchSize = 2;

/**
 * A cell of translation whose updates cost little: of a few generated sentences each, in a narrow Transformer of as many
 * layers.
 */
export function reducedTranslation({ model, dataset }: Pick<TranslationConfig, 'model' | 'dataset'>): Overrides {
  return {
    ...(needsFiles(dataset) ? { 'dataset.standIn': true } : {}),
    'dataset.trainExamples': 4 * batchSize,
    'dataset.testExamples': batchSize,
    'dataset.maxTokens': longest,
    'training.lengths': [longest],
    'training.batchTokens': batchSize * longest,
    'model.width': Math.min(model.width, width),
    'model.feedForward': Math.min(model.feedForward, 2 * width),
    'model.positions': longest,
    'model.vocabulary': Math.min(model.vocabulary, vocabulary),
    init: 'default',
  };
}
