import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import type { Sequences } from '../../harness/text/encoded-text.ts';
import { chosenTokens, maskedBatch, maskIdOf, unigramEntropy } from '../../harness/text/masking.ts';
import { bosId, eosId, padId, specials, unknownId } from '../../harness/text/vocabulary.ts';

const vocabulary = { symbols: [...specials, ...Array.from({ length: 96 }, (_, index) => `s${index}`)] };
const masking = { share: 0.15, masked: 0.8, random: 0.1 };
const length = 40;

/** Sequences of symbols, each beginning with <bos>, with an <eos> and an unknown word in it. */
function sequences(count: number): Sequences {
  const tokens = Int32Array.from({ length: count * length }, (_, flat) => {
    const column = flat % length;
    if (column === 0) return bosId;
    if (column === 7) return eosId;
    if (column === 9) return unknownId;
    return specials.length + ((flat * 7) % 96);
  });
  return { count, length, tokens };
}

const draw = (rows: readonly number[], seed = 0, size = rows.length, of = sequences(200)) =>
  maskedBatch(of, rows, { size, masking, vocabulary }, streamsOf('masking', seed)('masks'));
const all = Array.from({ length: 200 }, (_, row) => row);

describe('proportions', () => {
  const batch = draw(all);
  const original = sequences(200).tokens;
  const count = batch.labels.length;

  test('15 % of the tokens of every sequence are told: 6 of 40, each once', () => {
    expect([16, 40, 47, 128, 512, 3].map((tokens) => chosenTokens(tokens, 0.15))).toEqual([2, 6, 7, 19, 77, 1]);
    expect(count).toBe(200 * 6);
    for (let row = 0; row < 200; row++) {
      const places = [...batch.places.subarray(row * 6, (row + 1) * 6)];
      expect(new Set(places).size).toBe(6);
      for (const place of places) expect(Math.floor(place / length)).toBe(row);
    }
    expect(batch.weights.every((weight) => weight === 1)).toBe(true);
  });

  test('labels are what stood there, never a special token; all other tokens are as they were', () => {
    batch.places.forEach((place, index) => {
      expect(batch.labels[index]).toBe(original[place]);
      expect(batch.labels[index]).toBeGreaterThanOrEqual(specials.length);
    });
    const told = new Set(batch.places);
    expect([...original.keys()].filter((place) => !told.has(place) && batch.tokens[place] !== original[place])).toEqual(
      [],
    );
  });

  test('of these 80 % are masked, 10 % random and 10 % kept, within 4 standard deviations of the binomial law', () => {
    const kinds = { masked: 0, other: 0, kept: 0 };
    batch.places.forEach((place) => {
      const now = batch.tokens[place]!;
      if (now === maskIdOf(vocabulary)) kinds.masked++;
      else if (now === original[place]) kinds.kept++;
      else kinds.other++;
    });
    // A random symbol is the one that stood there once in 96 times.
    const expected = { masked: 0.8, other: 0.1 * (95 / 96), kept: 0.1 + 0.1 / 96 };
    for (const name of ['masked', 'other', 'kept'] as const) {
      const p = expected[name];
      expect(Math.abs(kinds[name] - p * count)).toBeLessThan(4 * Math.sqrt(count * p * (1 - p)));
    }
  });

  test('random tokens are any symbol but special ones, and all places are chosen alike', () => {
    const chosen = new Map<number, number>();
    for (const place of batch.places) chosen.set(place % length, (chosen.get(place % length) ?? 0) + 1);
    for (const column of [0, 7, 9]) expect(chosen.has(column)).toBe(false);
    // 6 of 37 places in each of 200 sequences.
    const p = 6 / 37;
    for (const found of chosen.values())
      expect(Math.abs(found - 200 * p)).toBeLessThan(4.5 * Math.sqrt(200 * p * (1 - p)));
    expect(chosen.size).toBe(37);
    for (const token of batch.tokens) expect(token).toBeLessThanOrEqual(maskIdOf(vocabulary));
  });
});

test('the same stream masks alike, another one otherwise: dynamic masking draws a stream of its own each time', () => {
  expect(draw(all)).toEqual(draw(all));
  expect(draw(all, 1).places).not.toEqual(draw(all).places);
});

test('rows behind the last sequence, and places that a short sequence lacks, do not count', () => {
  const short: Sequences = { count: 1, length: 8, tokens: Int32Array.of(bosId, 30, eosId, unknownId, padId, 0, 0, 0) };
  const batch = maskedBatch(
    short,
    [0],
    { size: 2, masking: { ...masking, share: 0.5 }, vocabulary },
    streamsOf('masking', 0)('masks'),
  );
  expect([...batch.weights]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  expect([batch.labels[0], batch.places[0]]).toEqual([30, 1]);
  expect([...batch.tokens.subarray(8)]).toEqual(Array(8).fill(padId));
});

test('the unigram entropy of 2, 1 and 1 labels is 1.5 ln 2; those that do not count are left out', () => {
  const { entropy, count } = unigramEntropy([
    { labels: Int32Array.of(5, 5, 6), weights: Float32Array.of(1, 1, 1) },
    { labels: Int32Array.of(7, 9), weights: Float32Array.of(1, 0) },
  ]);
  expect(count).toBe(4);
  expect(entropy).toBeCloseTo(1.5 * Math.LN2, 14);
});
