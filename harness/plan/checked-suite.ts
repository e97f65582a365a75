import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { type SuiteSpec, suiteSchema } from '../spec/suite.ts';

/** Most problems that a message spells out. */
const shown = 5;

/**
 * A suite that keeps what its types cannot say, such as `epochs` of at least 1.
 *
 * @throws UsageError naming the suite's file, and the place within it and what is wrong there for each problem
 */
export function checkedSuite<S extends SuiteSpec>(suite: S): S {
  const parsed = suiteSchema.safeParse(suite);
  if (parsed.success) return suite;
  const problems = problemsOf(parsed.error.issues);
  const more = problems.length - shown;
  throw new UsageError(
    `suites/${suite.name}.ts: ${problems.slice(0, shown).join('; ')}${more > 0 ? `; and ${more} more` : ''}. ` +
      'Mend these fields of the suite.',
  );
}

/** Each problem with its place, the names of nested fields joined by dots: `training.epochs: Too small: ...`. */
export function problemsOf(issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[]): string[] {
  return issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
}
