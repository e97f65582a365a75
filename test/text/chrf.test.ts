import { expect, it, test } from 'vitest';
import { chrf, chrfSignature } from '../../harness/text/chrf.ts';
import { hypotheses, references, stored } from './scores.ts';

test('of 200 pairs, of corpora of ten and of one, the scores equal sacreBLEU’s', () => {
  expect(chrf(hypotheses, references)).toBeCloseTo(stored.corpus.chrf, 10);
  stored.tens.forEach((expected, index) => {
    const range = [10 * index, 10 * index + 10] as const;
    expect(chrf(hypotheses.slice(...range), references.slice(...range))).toBeCloseTo(expected.chrf, 10);
  });
  for (const pair of stored.pairs) expect(chrf([pair.hypothesis], [pair.reference])).toBeCloseTo(pair.chrf, 10);
});

test('the signature is that of the stored scores', () => {
  expect(chrfSignature({ lowerCase: false })).toBe(stored.signatures.chrf);
});

test('by hand', () => {
  // abc against abd, spaces left out. P = R: 2 of 3 letters, 1 of 2 pairs, 0 of 1 triples: the mean is 7/18.
  expect(chrf(['a bc'], ['ab d'])).toBeCloseTo((100 * 7) / 18, 10);
  // ab against abcd. Orders 1 and 2 are on both sides: P = 1, R = (2/4 + 1/3) / 2 = 5/12; 5 P R / (4 P + R).
  expect(chrf(['ab'], ['abcd'])).toBeCloseTo((100 * 5 * (5 / 12)) / (4 + 5 / 12), 10);
});

it.each([
  ['a hypothesis is empty', [''], ['abc'], 0],
  ['both are empty', [''], [' '], 0],
  ['nothing matches', ['x'], ['abc'], 0],
  ['a code point outside the basic plane is one character', ['😀'], ['😀'], 100],
])('where %s', (_, hypothesis, reference, score) => {
  expect(chrf(hypothesis, reference)).toBeCloseTo(score, 10);
});

it('refuses sides of unequal length', () => {
  expect(() => chrf(['a'], [])).toThrow('1 hypotheses and 0 references');
});

test('chrf without case is that of both sides in lower case', () => {
  const [hypotheses, references] = [['ein Hund läuft'], ['Ein HUND läuft weg']];
  const lower = (lines: string[]) => lines.map((line) => line.toLowerCase());
  const score = chrf(hypotheses, references, { lowerCase: true });
  expect(score).toBe(chrf(lower(hypotheses), lower(references)));
  expect(score).toBeGreaterThan(chrf(hypotheses, references));
  expect(chrf(['a b'], ['A B'], { lowerCase: true })).toBe(100);
  expect(chrfSignature({ lowerCase: true })).toContain('|case:lc|');
});
