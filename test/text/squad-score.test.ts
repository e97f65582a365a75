import { expect, test } from 'vitest';
import { exactMatch, normalizedAnswer, squadScore, wordF1 } from '../../harness/text/squad-score.ts';

/**
 * An answer, what people gave, all of them normalized, and both scores: computed in Python by the definitions of
 * `evaluate-v1.1.py`, `normalize_answer`, `exact_match_score`, `f1_score` and `metric_max_over_ground_truths`.
 */
const computed: [string, string[], string[], number, number][] = [
  ['the Eiffel Tower.', ['Eiffel Tower'], ['eiffel tower', 'eiffel tower'], 1, 1],
  ['a theatre', ['theatre', 'The theatres'], ['theatre', 'theatre', 'theatres'], 1, 1],
  ['in 1874', ['1874', 'the year 1874'], ['in 1874', '1874', 'year 1874'], 0, 0.6666666666666666],
  [
    'New York, New York',
    ['New York', 'York New York'],
    ['new york new york', 'new york', 'york new york'],
    0,
    0.8571428571428571,
  ],
  ['an apple and an orange', ['apple, orange'], ['apple and orange', 'apple orange'], 0, 0.8],
  ['', ['the'], ['', ''], 1, 0],
  ['The', ['word'], ['', 'word'], 0, 0],
  ['café a la carte', ['cafe à la carte'], ['café la carte', 'cafe à la carte'], 0, 0.5714285714285715],
  ['àthe', ['à'], ['àthe', 'à'], 0, 0],
  ['U.S.A.', ['USA'], ['usa', 'usa'], 1, 1],
  ['“quoted”', ['quoted'], ['“quoted”', 'quoted'], 0, 0],
  ['one  two\u00a0three\u2003four', ['one two three four'], ['one two three four', 'one two three four'], 1, 1],
  ['a_an the_', ['a_an'], ['aan', 'aan'], 1, 1],
  ['cat cat dog', ['cat dog dog bird', 'cat'], ['cat cat dog', 'cat dog dog bird', 'cat'], 0, 0.5714285714285715],
  ['3.5 million', ['3.5m', '35 million'], ['35 million', '35m', '35 million'], 1, 1],
];

test.each(computed)('%j against %j has the values of the published script', (given, wanted, normalized, exact, f1) => {
  expect([given, ...wanted].map(normalizedAnswer)).toEqual(normalized);
  const best = (score: (given: string, wanted: string) => number) =>
    Math.max(...wanted.map((one) => score(given, one)));
  expect(best(exactMatch)).toBe(exact);
  expect(best(wordF1)).toBeCloseTo(f1, 14);
});

test('scores of several questions are means over them, each of its best answer', () => {
  const { exactMatch: exact, f1 } = squadScore(
    computed.map(([given]) => given),
    computed.map(([, wanted]) => wanted),
  );
  const meanOf = (at: 3 | 4) => computed.reduce((sum, one) => sum + one[at], 0) / computed.length;
  expect(exact).toBeCloseTo(meanOf(3), 14);
  expect(f1).toBeCloseTo(meanOf(4), 14);
});
