import { expect, test } from 'vitest';
import { drawnScorers } from '../../harness/decode/drawn-scorers.ts';
import { type TranslationOptions, translating } from '../../harness/decode/translator.ts';

const special = { pad: 0, bos: 1, eos: 2 };
const sources = [
  [3, 4, 5, 2],
  [6, 2],
  [7, 8, 9, 10, 11, 12, 13, 2],
  [4, 4, 2],
];

function best(changes: Partial<TranslationOptions> = {}, positions = 64) {
  const options = { beam: 5, lengthPenalty: 1, maxLength: { a: 1.5, b: 10 }, special, batchSize: 4, ...changes };
  const found = translating(drawnScorers(options.beam, special), positions, options).translate(sources);
  return found.map(([first]) => first!);
}

test('drawn scores are of source and prefix alone', () => {
  expect(best()).toEqual(best());
  // Each with others beside it, or alone.
  expect(best({ batchSize: 1 })).toEqual(best());
  for (const { tokens } of best()) {
    expect(tokens.length).toBeGreaterThan(0);
    expect(tokens.some((token) => Object.values(special).includes(token) || token >= 12)).toBe(false);
  }
});

test.each<[string, Partial<TranslationOptions>, number?]>([
  ['a greedy search', { beam: 1 }],
  ['a narrower beam', { beam: 4 }],
  ['no length penalty', { lengthPenalty: 0 }],
  ['another limit', { maxLength: { a: 0, b: 3 } }],
  ['fewer positions', {}, 4],
])('%s finds something else by them', (_, changes, positions) => {
  expect(best(changes, positions)).not.toEqual(best());
});

test('a step’s scores are sums, between 0 and 4 below what came before, and the next step’s are others', () => {
  const scorer = drawnScorers(1, special).scorerOf([[6, 2]]);
  const rows = { tokens: Int32Array.of(1), parents: Int32Array.of(0), scores: Float32Array.of(-1) };
  const first = scorer.extend({ position: 0, ...rows });
  expect(first.scores.length).toBe(2);
  // Sums with what came before, the best first, each between 0 and 4 below.
  expect(first.scores[0]!).toBeGreaterThanOrEqual(first.scores[1]!);
  for (const score of [...first.scores, ...first.ends]) {
    expect(score).toBeLessThanOrEqual(-1);
    expect(score).toBeGreaterThan(-5);
  }
  const [token] = first.places;
  const next = scorer.extend({ ...rows, position: 1, tokens: Int32Array.of(token!), scores: Float32Array.of(0) });
  expect([...next.scores]).not.toEqual([...first.scores]);
});
