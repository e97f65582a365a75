import type { SequenceModel } from '../nn/transformer/sequence-model.ts';
import { beamSearch, type Hypothesis } from './beam-search.ts';
import { type ModelScorers, modelScorers, type SpecialTokens } from './model-scorer.ts';

export interface TranslationOptions {
  /** Hypotheses kept; 1: greedy. */
  beam: number;
  /** α of the final scores log p/length^α. */
  lengthPenalty: number;
  /**
   * The longest target, its end not counted: ⌊a·n + b⌋ tokens for a source of n tokens, and never more than positions.
   */
  maxLength: { a: number; b: number };
  special: SpecialTokens;
  /** Sentences decoded together, of similar length. */
  batchSize: number;
}

export interface Translator {
  /**
   * Hypotheses for each source sentence, in the order of the sentences and the best first. A sentence's result does not
   * depend on which others it is decoded with, up to rounding.
   *
   * @param sources token numbers, the end included
   */
  translate(sources: readonly (readonly number[])[]): Hypothesis[][];
  /** Frees the recorded graphs. */
  dispose(): void;
}

/** Translates by batched beam search with the model's weights as they are at each call. */
export function translator(model: SequenceModel, options: TranslationOptions): Translator {
  return translating(modelScorers(model, options.beam, options.special), model.blueprint.sizes.positions, options);
}

/**
 * Translates by batched beam search, whatever scores.
 *
 * @param positions of a target, its end included
 */
export function translating(scorers: ModelScorers, positions: number, options: TranslationOptions): Translator {
  const { beam, lengthPenalty, maxLength, special, batchSize } = options;
  const longest = positions - 1;
  const limitOf = (length: number) => Math.max(0, Math.min(longest, Math.floor(maxLength.a * length + maxLength.b)));
  return {
    translate(sources) {
      const results: Hypothesis[][] = sources.map(() => []);
      const order = sources.map((_, index) => index).sort((a, b) => sources[a]!.length - sources[b]!.length);
      for (let from = 0; from < order.length; from += batchSize) {
        const chosen = order.slice(from, from + batchSize);
        const batch = chosen.map((index) => sources[index]!);
        const scorer = scorers.scorerOf(batch);
        try {
          const limits = batch.map(({ length }) => limitOf(length));
          const found = beamSearch(scorer, limits, { beam, lengthPenalty, bos: special.bos, eos: special.eos });
          chosen.forEach((index, row) => {
            results[index] = found[row]!;
          });
        } finally {
          scorer.dispose();
        }
      }
      return results;
    },
    dispose: scorers.dispose,
  };
}
