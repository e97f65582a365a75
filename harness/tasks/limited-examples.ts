import type { Part } from '../data/dataset.ts';
import { UsageError } from '../errors.ts';
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
 * of its test examples; none where it has no more.
 *
 * @param whole examples of the whole set
 * @throws UsageError where that leaves no held-out or no test example
 */
export function limitedExamples(used: UsedExamples, whole: Readonly<Record<Part, number>>, most: number): Overrides {
  const { validationExamples = 0 } = used;
  const train = used.trainExamples ?? whole.train - validationExamples;
  if (train <= most) return {};
  const shareOf = (part: string, count: number) => {
    const share = Math.round((count * most) / train);
    if (share > 0) return share;
    const least = Math.ceil(train / (2 * count));
    throw new UsageError(
      `--limit ${most}: as small a share of the ${count} ${part} examples as of the ${train} training examples is none; ` +
        `give at least ${least}.`,
    );
  };
  const testExamples = shareOf('test', used.testExamples ?? whole.test);
  const limited = { 'dataset.trainExamples': most, 'dataset.testExamples': testExamples };
  if (validationExamples === 0) return limited;
  return { ...limited, 'dataset.validationExamples': shareOf('held-out', validationExamples) };
}
