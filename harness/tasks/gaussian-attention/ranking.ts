import type { AnsweredQuestion } from '../../data/triples/questions.ts';
import type { SortResult } from '../../spec/gaussian-attention.ts';

/** How answers rank among the entities. */

/** What ranks are summed up by. */
export type RankScores = Pick<SortResult, 'hits_at_1' | 'mean_rank' | 'mean_reciprocal_rank'>;

/**
 * The filtered ranks of the asked answers: 1 + the entities with a greater score + half of those with an equal one,
 * answers left out (Bordes et al. 2013; of equal scores the mean of the best and the worst order, Berrendorf et al.
 * 2020). Not a number where a score is none.
 *
 * @param scores of all entities
 */
export function filteredRanks(
  scores: ArrayLike<number>,
  { answers, asked }: Pick<AnsweredQuestion, 'answers' | 'asked'>,
): number[] {
  const known = new Set(answers);
  const others = Float64Array.from(scores)
    .filter((_, entity) => !known.has(entity))
    .sort();
  // Sorted, what is no number stands last.
  const isNone = Number.isNaN(others.at(-1)) || answers.some((answer) => Number.isNaN(scores[answer]));
  return asked.map((answer) => {
    if (isNone) return Number.NaN;
    const own = scores[answer]!;
    const [below, above] = [firstPlace(others, (score) => score >= own), firstPlace(others, (score) => score > own)];
    return 1 + (others.length - above) + (above - below) / 2;
  });
}

/** The first place of an ascending list at which a score passes, as all behind it do; its length where none does. */
function firstPlace(ascending: Float64Array, passes: (score: number) => boolean): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (passes(ascending[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Of one question: means over its asked answers. */
export function questionScores(scores: ArrayLike<number>, question: AnsweredQuestion): RankScores {
  return meanScores(filteredRanks(scores, question).map(scoresOfRank));
}

function scoresOfRank(rank: number): RankScores {
  // Half a rank says that another entity is as likely.
  const hit = Number.isNaN(rank) ? rank : Number(rank === 1);
  return { hits_at_1: hit, mean_rank: rank, mean_reciprocal_rank: 1 / rank };
}

/** Of entities in a random order: each of the m entities that are no answer, and the answer, may be any of m + 1. */
export function chanceScores({ answers }: AnsweredQuestion, entities: number): RankScores {
  const places = entities - answers.length + 1;
  let harmonic = 0;
  for (let place = 1; place <= places; place++) harmonic += 1 / place;
  return { hits_at_1: 1 / places, mean_rank: (places + 1) / 2, mean_reciprocal_rank: harmonic / places };
}

/** Means, one by one. */
export function meanScores(all: readonly RankScores[]): RankScores {
  const meanOf = (name: keyof RankScores) => all.reduce((sum, one) => sum + one[name], 0) / all.length;
  return {
    hits_at_1: meanOf('hits_at_1'),
    mean_rank: meanOf('mean_rank'),
    mean_reciprocal_rank: meanOf('mean_reciprocal_rank'),
  };
}
