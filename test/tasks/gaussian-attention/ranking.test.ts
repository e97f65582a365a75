import { describe, expect, it, test } from 'vitest';
import { streamsOf } from '../../../harness/random.ts';
import {
  chanceScores,
  filteredRanks,
  meanScores,
  questionScores,
} from '../../../harness/tasks/gaussian-attention/ranking.ts';

/** Scores of six entities; 1 and 4 are answers. By hand, without answers: 0 and 5 stand before 1, 3 beside it. */
const scores = [5, 3, 1, 3, 9, 4];
const question = { branches: [], answers: [1, 4], asked: [1, 4] };

describe('the filtered rank', () => {
  it('counts entities with a greater score, half of those with an equal one, and no other answer', () => {
    // Greater: 0 and 5, not the answer 4; equal: 3.
    expect(filteredRanks(scores, question)).toEqual([3.5, 1]);
    expect(filteredRanks(scores, { ...question, asked: [1] })).toEqual([3.5]);
    // Unfiltered, the answer 4 would stand before 1 too.
    expect(filteredRanks(scores, { answers: [1], asked: [1] })).toEqual([4.5]);
  });

  it('is that of the definition, for scores with ties, signed zeros and infinities', () => {
    const uniform = streamsOf('ranks', 0)('scores');
    const values = [-0, 0, 1, -2, 0.5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let trial = 0; trial < 50; trial++) {
      const drawn = Array.from({ length: 20 }, () => values[Math.floor(values.length * uniform())]!);
      const answers = [...drawn.keys()].filter(() => uniform() < 0.3);
      const others = drawn.filter((_, entity) => !answers.includes(entity));
      const expected = answers.map((answer) => {
        const [greater, equal] = [
          others.filter((score) => score > drawn[answer]!).length,
          others.filter((score) => score === drawn[answer]!).length,
        ];
        return 1 + greater + equal / 2;
      });
      expect(filteredRanks(drawn, { answers, asked: answers })).toEqual(expected);
    }
  });

  it('is no number where a score is none', () => {
    expect(filteredRanks([1, Number.NaN, 0], { answers: [0], asked: [0] })).toEqual([Number.NaN]);
    expect(filteredRanks([1, Number.NaN, 0], { answers: [0, 1], asked: [0] })).toEqual([Number.NaN]);
  });
});

test('a question counts by the mean over its asked answers', () => {
  const both = questionScores(scores, question);
  expect(both.hits_at_1).toBe(0.5);
  expect(both.mean_rank).toBe(2.25);
  expect(both.mean_reciprocal_rank).toBeCloseTo((1 + 1 / 3.5) / 2, 12);
  // Known answers are filtered also where they are not asked.
  expect(questionScores(scores, { ...question, asked: [1] }).mean_rank).toBe(3.5);
  expect(questionScores([1, 1, 0], { branches: [], answers: [0], asked: [0] })).toMatchObject({
    hits_at_1: 0,
    mean_rank: 1.5,
  });
});

test('chance is the mean over all orders', () => {
  // Five entities of which two are answers: the answer among it and three others, at each of four places alike.
  const chance = chanceScores({ branches: [], answers: [0, 1], asked: [0] }, 5);
  expect(chance.hits_at_1).toBe(0.25);
  expect(chance.mean_rank).toBe(2.5);
  expect(chance.mean_reciprocal_rank).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4, 12);
  const orders = permutations([4, 3, 2, 1, 0]).map((order) =>
    questionScores(order, { branches: [], answers: [0, 1], asked: [0] }),
  );
  const mean = meanScores(orders);
  for (const name of ['hits_at_1', 'mean_rank', 'mean_reciprocal_rank'] as const) {
    expect(mean[name]).toBeCloseTo(chance[name], 12);
  }
});

function permutations(values: readonly number[]): number[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}
