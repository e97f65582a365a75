import { expect, it, test } from 'vitest';
import { bleu, bleuSignature } from '../../harness/text/bleu.ts';
import { hypotheses, references, stored } from './scores.ts';

const mixed = { lowerCase: false };
const lower = { lowerCase: true };

test('of 200 pairs, everything equals sacreBLEU', () => {
  const { correct, total, hypothesisLength, referenceLength, ...numbers } = bleu(hypotheses, references, mixed);
  const expected = stored.corpus;
  expect({ correct, total, hypothesisLength, referenceLength }).toEqual({
    correct: expected.correct,
    total: expected.total,
    hypothesisLength: expected.hypothesisLength,
    referenceLength: expected.referenceLength,
  });
  expect(numbers.score).toBeCloseTo(expected.bleu, 10);
  expect(numbers.brevityPenalty).toBeCloseTo(expected.brevityPenalty, 12);
  for (const [n, precision] of numbers.precisions.entries()) expect(precision).toBeCloseTo(expected.precisions[n]!, 10);
  expect(bleu(hypotheses, references, lower).score).toBeCloseTo(expected.bleuLowerCase, 10);
});

test('of corpora of ten pairs and of one, the scores equal sacreBLEU’s', () => {
  stored.tens.forEach((expected, index) => {
    const part = [hypotheses, references].map((side) => side.slice(10 * index, 10 * index + 10)) as [
      string[],
      string[],
    ];
    expect(bleu(...part, mixed).score).toBeCloseTo(expected.bleu, 10);
    expect(bleu(...part, lower).score).toBeCloseTo(expected.bleuLowerCase, 10);
  });
  for (const { hypothesis, reference, ...expected } of stored.pairs) {
    expect(bleu([hypothesis], [reference], mixed).score).toBeCloseTo(expected.bleu, 10);
    expect(bleu([hypothesis], [reference], lower).score).toBeCloseTo(expected.bleuLowerCase, 10);
  }
});

test('the signatures are those of the stored scores', () => {
  expect(bleuSignature(mixed)).toBe(stored.signatures.bleu);
  expect(bleuSignature(lower)).toBe(stored.signatures.bleuLowerCase);
  expect(bleuSignature(mixed)).toContain(`version:${stored.sacrebleu}`);
});

test('precisions and brevity penalty by hand', () => {
  // "a" counts twice at most, as the reference has two: 4 of 5 words, a b / b c of 4 pairs, a b c of 3, none of 2.
  const found = bleu(['a b c a a'], ['a b c d a e'], mixed);
  expect(found.correct).toEqual([4, 2, 1, 0]);
  expect(found.total).toEqual([5, 4, 3, 2]);
  expect(found.precisions).toEqual([80, 50, 100 / 3, 25]);
  expect(found.brevityPenalty).toBe(Math.exp(1 - 6 / 5));
  expect(found.score).toBeCloseTo(Math.exp(-0.2) * (80 * 50 * (100 / 3) * 25) ** 0.25, 10);
});

it('halves once more for each further order without a match', () => {
  // a b c d against a c b d: all words, no longer match: 1/(2·3), 1/(4·2), 1/(8·1).
  expect(bleu(['a b c d'], ['a c b d'], mixed).precisions).toEqual([100, 100 / 6, 100 / 8, 100 / 8]);
});

it.each([
  ['no hypothesis has a word', [''], ['a b c d'], 0],
  ['no word matches', ['e f g h'], ['a b c d'], 0],
  ['no hypothesis has four tokens', ['a b c'], ['a b c'], 0],
  ['both sides are empty', [''], [''], 0],
  ['one of two is empty', ['', 'a b c d'], ['a b c d', 'a b c d'], 100 * Math.exp(1 - 8 / 4)],
  ['all is equal', ['a b c d', 'e'], ['a b c d', 'e'], 100],
])('scores where %s', (_, hypothesis, reference, score) => {
  expect(bleu(hypothesis, reference, mixed).score).toBeCloseTo(score, 10);
});

it('refuses sides of unequal length, and no pairs', () => {
  expect(() => bleu(['a'], ['a', 'b'], mixed)).toThrow('1 hypotheses and 2 references');
  expect(() => bleu([], [], mixed)).toThrow('one pair at least');
});
