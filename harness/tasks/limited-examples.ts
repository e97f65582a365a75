import type { Part } from '../data/dataset.ts';
import type { Overrides } from '../spec/words.ts';

/** How much of a data set a configuration uses; null: all of it. */
interface UsedExamples {
  trainExamples: number | null;
  testExamples: number | null;
  /** Training examples held out, as `splitOf` has them; absent or 0: none that could be counted. */
  validationExamples?: number | undefined;
}

/**
 * The fields of a configuration that leave it `most` training examples, and as large a share of its held-out and
 * of its test examples, one at least; none where it has no more.
 *
 * @param whole examples of the whole set
 */
export function limitedExamples(used: UsedExamples, whole: Readonly<Record<Part, number>>, most: number): Overrides {
  const { validationExamples = 0 } = used;
  const train = used.trainExamples ?? whole.train - validationExamples;
  if (train <= most) return {};
  const shareOf = (count: number) => Math.max(1, Math.round((count * most) / train));
  const limited = { 'dataset.trainExamples': most, 'dataset.testExamples': shareOf(used.testExamples ?? whole.test) };
  return validationExamples === 0 ? limited : { ...limited, 'dataset.validationExamples': shareOf(validationExamples) };
}
