import type { Uniform } from '../random.ts';
import type { Sequences } from './encoded-text.ts';
import { padId, specials, type Vocabulary } from './vocabulary.ts';

/** What becomes of the tokens that are to be told. */
export interface Masking {
  /** Share of a sequence's tokens that are chosen. */
  readonly share: number;
  /** The probability that a chosen token becomes <mask>, and that of a random token; else it stays. */
  readonly masked: number;
  readonly random: number;
}

/** Sequences with some of their tokens to be told. */
export interface MaskedBatch {
  /** Rows; those behind the last sequence are padding. */
  readonly size: number;
  readonly length: number;
  /** Which sequences, row by row. */
  readonly sequences: readonly number[];
  /** What the encoder reads, [size, length]. */
  readonly tokens: Int32Array;
  /** Where the chosen tokens stand, rows of the [size·length] tokens; as many a row. */
  readonly places: Int32Array;
  /** What stood there. */
  readonly labels: Int32Array;
  /** 1 for each place that counts and 0 where a row has too few tokens to choose from. */
  readonly weights: Float32Array;
}

/** The id of <mask>: the first behind a vocabulary's symbols. */
export function maskIdOf({ symbols }: Pick<Vocabulary, 'symbols'>): number {
  return symbols.length;
}

/** Tokens of a sequence that are chosen: max(1, round(share·length)). */
export function chosenTokens(length: number, share: number): number {
  return Math.max(1, Math.round(share * length));
}

/**
 * Chooses `share` of each sequence's tokens at random, special ones left out, and hides them (Devlin et al. 2019, section
 * 3.1): each becomes <mask>, a random symbol, or stays. A batch that is drawn anew whenever a sequence is read masks it
 * dynamically (Liu et al. 2019).
 *
 * @param rows of the sequences; a batch of `size` is filled up with rows of padding
 * @param uniform the draws: for each row which tokens, and then for each of them what it becomes
 */
export function maskedBatch(
  { tokens: all, length }: Sequences,
  rows: readonly number[],
  { size, masking, vocabulary }: { size: number; masking: Masking; vocabulary: Pick<Vocabulary, 'symbols'> },
  uniform: Uniform,
): MaskedBatch {
  const chosen = chosenTokens(length, masking.share);
  const tokens = new Int32Array(size * length).fill(padId);
  const places = new Int32Array(size * chosen);
  const labels = new Int32Array(size * chosen).fill(padId);
  const weights = new Float32Array(size * chosen);
  rows.forEach((row, at) => {
    tokens.set(all.subarray(row * length, (row + 1) * length), at * length);
    const candidates = placesOfSymbols(tokens, at * length, length);
    places.fill(at * length, at * chosen, (at + 1) * chosen);
    for (let k = 0; k < Math.min(chosen, candidates.length); k++) {
      const place = drawFrom(candidates, k, uniform);
      const index = at * chosen + k;
      places[index] = place;
      labels[index] = tokens[place]!;
      weights[index] = 1;
      tokens[place] = hidden(tokens[place]!, masking, vocabulary, uniform);
    }
  });
  return { size, length, sequences: rows, tokens, places, labels, weights };
}

/** Where tokens other than special ones stand. */
function placesOfSymbols(tokens: Int32Array, from: number, length: number): number[] {
  const places: number[] = [];
  for (let place = from; place < from + length; place++) {
    if (tokens[place]! >= specials.length) places.push(place);
  }
  return places;
}

/** One of the entries from `k` on, put at `k` (a step of Fisher-Yates). */
function drawFrom(entries: number[], k: number, uniform: Uniform): number {
  const other = k + Math.floor(uniform() * (entries.length - k));
  const drawn = entries[other]!;
  entries[other] = entries[k]!;
  entries[k] = drawn;
  return drawn;
}

function hidden(
  token: number,
  { masked, random }: Masking,
  vocabulary: Pick<Vocabulary, 'symbols'>,
  uniform: Uniform,
): number {
  const kind = uniform();
  if (kind < masked) return maskIdOf(vocabulary);
  if (kind >= masked + random) return token;
  return specials.length + Math.floor(uniform() * (vocabulary.symbols.length - specials.length));
}

/**
 * −Σ p log p in nats, p the frequencies of the labels that count: the cross-entropy of the best guess that does not look
 * at the context.
 */
export function unigramEntropy(batches: Iterable<Pick<MaskedBatch, 'labels' | 'weights'>>): {
  entropy: number;
  count: number;
} {
  const counts = new Map<number, number>();
  let count = 0;
  for (const { labels, weights } of batches) {
    labels.forEach((label, index) => {
      if (weights[index] === 0) return;
      counts.set(label, (counts.get(label) ?? 0) + 1);
      count++;
    });
  }
  let entropy = 0;
  for (const one of counts.values()) entropy -= (one / count) * Math.log(one / count);
  return { entropy, count };
}
