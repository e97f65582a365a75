import type { Part } from '../data/dataset.ts';
import type { Overrides } from '../spec/words.ts';

/** How much of a data set a configuration uses; null: all of it. */
interface UsedExamples {
  trainExamples: number | null;
  testExamples: number | null;
}

/**
 * The fields of a configuration that leave it `most` training examples, and as large a share of its test examples, one
 * at least; none where it has no more.
 *
 * @param whole examples of the whole set
 */
export function limitedExamples(used: UsedExamples, whole: Readonly<Record<Part, number>>, most: number): Overrides {
  const train = used.trainExamples ?? whole.train;
  if (train <= most) return {};
  const test = Math.max(1, Math.round(((used.testExamples ?? whole.test) * most) / train));
  return { 'dataset.trainExamples': most, 'dataset.testExamples': test };
}
