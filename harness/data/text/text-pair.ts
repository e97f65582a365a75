/** A sentence and its translation, as they are written. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
}

/** The parts of parallel text. */
export type TextPart = 'train' | 'valid' | 'test';

/** Sentence pairs and where they come from. */
export interface TextPairs {
  readonly pairs: readonly TextPair[];
  /** Names a pair in messages, such as `train.de: line 7`. */
  place(index: number, side: keyof TextPair): string;
}

/** The text of a data set before it is cleaned. */
export interface Corpus {
  readonly train: TextPairs;
  /** null: every 23rd training pair that cleaning keeps. */
  readonly valid: TextPairs | null;
  readonly test: TextPairs;
}

/**
 * What is wrong with the numbers of pairs, as `train.* has 3 sentence pairs, not 5`; null where they are those.
 * @param nameOf what holds a part, for the message
 */
export function wrongSize(
  corpus: Corpus,
  sizes: Readonly<Partial<Record<TextPart, number>>>,
  nameOf: (part: TextPart) => string,
): string | null {
  for (const part of ['train', 'valid', 'test'] as const) {
    const found = corpus[part]?.pairs.length ?? 0;
    const size = sizes[part];
    if (size !== undefined && found !== size) return `${nameOf(part)} has ${found} sentence pairs, not ${size}`;
  }
  return null;
}
