import picomatch from 'picomatch';
import { UsageError } from './errors.ts';
import { firstLine } from './foreign-text.ts';
import { suggestion } from './suggest.ts';

/** The most characters of a glob: longer than any name. */
const longestGlob = 300;
/** The most of a glob's parts that match any text: the time to find that none fits grows with their number's power. */
const mostWildcards = 20;

/**
 * Whether a name matches any of the globs of `--only`. A name is one text: `*` matches any part of it, a slash
 * included, so that `train*` finds `train-step/resnet-20/dense`.
 *
 * @throws UsageError for an empty glob, and for one whose matching could take for ever
 */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  for (const glob of globs) refuseEndless(glob);
  return picomatch([...globs], { bash: true });
}

/** Whether a name is asked for: by one of the globs, or without any every name. */
export function askedBy(only: readonly string[] | undefined): (name: string) => boolean {
  return only === undefined ? () => true : nameMatcher(only);
}

/**
 * What the globs of `--only` choose, by name; all where there are none.
 *
 * @param where what the names are of, for messages: `4 cells in out`
 * @throws UsageError naming the globs that match nothing: what they mean would be left out without a word
 */
export function chosenBy<T>(
  globs: readonly string[] | undefined,
  all: readonly T[],
  nameOf: (one: T) => string,
  where: string,
): T[] {
  if (globs === undefined) return [...all];
  const names = all.map(nameOf);
  const idle = globs.filter((glob) => !names.some(nameMatcher([glob])));
  if (idle.length === 0) {
    const matches = nameMatcher(globs);
    return all.filter((_, at) => matches(names[at] ?? ''));
  }
  const hint = names.length === 0 ? '' : `: ${suggestion(idle[0] ?? '', names)}`;
  throw new UsageError(`--only ${idle.join(' --only ')}: matches none of ${where}${hint}`);
}

function refuseEndless(glob: string): void {
  if (glob === '') throw new UsageError("--only '': a glob has at least one character; '*' chooses all.");
  const shown = firstLine(glob, 100);
  if (glob.length > longestGlob || glob.replace(/\*+/g, '*').split('*').length - 1 > mostWildcards) {
    throw new UsageError(
      `--only ${shown}: a glob may have ${longestGlob} characters and ${mostWildcards} stars; give a shorter one.`,
    );
  }
  let depth = 0;
  for (const [text] of glob.matchAll(/[@?!*+]\(|\)/g)) {
    depth = text === ')' ? Math.max(0, depth - 1) : depth + 1;
    if (depth > 1)
      throw new UsageError(`--only ${shown}: groups within groups are not understood; repeat --only instead.`);
  }
}
