import { UsageError } from '../../errors.ts';
import type { TextDatasetSpec } from '../../spec/text.ts';
import { tokenize } from '../../text/tokenizer.ts';
import type { Corpus, TextPair, TextPairs } from './text-pair.ts';

/** A sentence pair and its words. */
export interface WordPair {
  readonly text: TextPair;
  /** Where it comes from, for messages. */
  readonly from: TextPairs;
  readonly index: number;
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** The text of a data set after cleaning. */
export interface CleanCorpus {
  readonly train: readonly WordPair[];
  readonly valid: readonly WordPair[];
  readonly test: readonly WordPair[];
  readonly skipped: SkippedPairs;
}

/** Training pairs left out by cleaning, each counted once, under the first of these that applies. */
export interface SkippedPairs {
  /** A side has no word. */
  readonly empty: number;
  /** A side has more than `maxWords`. */
  readonly long: number;
  /** One side has more than `maxRatio` times the words of the other. */
  readonly ratio: number;
}

/** Of the kept training pairs, where a data set has no validation text of its own (as its users split it). */
const validEvery = 23;

/**
 * Splits every sentence into words, skips training pairs as is usual (Koehn et al. 2007, Moses), and splits validation
 * pairs off where the corpus has none. Validation and test text is taken as it is.
 * @throws UsageError where a validation or test sentence has no word
 */
export function cleanCorpus(corpus: Corpus, spec: TextDatasetSpec): CleanCorpus {
  const counts = { empty: 0, long: 0, ratio: 0 };
  const kept = wordsOfPairs(corpus.train, spec).filter((pair) => {
    const reason = reasonToSkip(pair, spec);
    if (reason !== null) counts[reason]++;
    return reason === null;
  });
  const isValid = (index: number) => corpus.valid === null && index % validEvery === validEvery - 1;
  return {
    train: kept.filter((_, index) => !isValid(index)),
    valid: corpus.valid === null ? kept.filter((_, index) => isValid(index)) : wholeWords(corpus.valid, spec),
    test: wholeWords(corpus.test, spec),
    skipped: counts,
  };
}

function reasonToSkip(
  { source, target }: WordPair,
  { maxWords, maxRatio }: TextDatasetSpec,
): keyof SkippedPairs | null {
  const [n, m] = [source.length, target.length];
  if (n === 0 || m === 0) return 'empty';
  if (Math.max(n, m) > maxWords) return 'long';
  return maxRatio !== null && Math.max(n / m, m / n) > maxRatio ? 'ratio' : null;
}

function wordsOfPairs(from: TextPairs, { lowerCase }: TextDatasetSpec): WordPair[] {
  return from.pairs.map((text, index) => {
    const [source, target] = [tokenize(text.source, { lowerCase }), tokenize(text.target, { lowerCase })];
    return { text, from, index, source, target };
  });
}

function wholeWords(text: TextPairs, spec: TextDatasetSpec): WordPair[] {
  const pairs = wordsOfPairs(text, spec);
  for (const pair of pairs) {
    for (const side of ['source', 'target'] as const) {
      if (pair[side].length > 0) continue;
      throw new UsageError(
        `${text.place(pair.index, side)} has no word; ` +
          'validation and test text is used as a whole: remove the line on both sides',
      );
    }
  }
  return pairs;
}
