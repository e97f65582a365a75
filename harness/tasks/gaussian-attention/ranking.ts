import type { AnsweredQuestion } from '../../data/triples/questions.ts';
import type { SortResult } from '../../spec/gaussian-attention.ts';

/** How answers rank among the entities. */

/** What ranks are summed up by. */
export type RankScores = Pick<SortResult, 'hits_at_1' | 'mean_rank' | 'mean_reciprocal_rank'>;

/**
 * The filtered rank of an answer: 1 + the entities with a greater score + half of those with an equal one, other answers
 * left out (Bordes et al. 2013; of equal scores the mean of the best and the worst order, Berrendorf et al. 2020). Not
 * a number where a score is none.
 *
 * @param scores of all entities
 * @param isAnswer whether an entity is an answer
 */
export function filteredRank(scores: ArrayLike<number>, answer: number, isAnswer: (entity: number) => boolean): number {
  const own = scores[answer]!;
  let [greater, equal] = [0, 0];
  for (let entity = 0; entity < scores.length; entity++) {
    const score = scores[entity]!;
    if (Number.isNaN(score)) return Number.NaN;
    if (isAnswer(entity)) continue;
    if (score > own) greater++;
    else if (score === own) equal++;
  }
  return 1 + greater + equal / 2;
}

/** Of one question: means over its asked answers. */
export function questionScores(scores: ArrayLike<number>, { answers, asked }: AnsweredQuestion): RankScores {
  const known = new Set(answers);
  return meanScores(asked.map((answer) => scoresOfRank(filteredRank(scores, answer, (entity) => known.has(entity)))));
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
