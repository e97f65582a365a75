/** The most names that are read through in a message; of more, the nearest ones are shown. */
const mostShown = 60;
const nearestShown = 10;

/**
 * The part of a message that helps after an unknown name: the nearest known name, if any is near, and all of them, or
 * of very many the nearest.
 */
export function suggestion(unknown: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, distance: isPartOf(unknown, name) ? 0 : editDistance(unknown, name) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const near = best !== undefined && best.distance <= Math.max(2, Math.floor(best.name.length / 3));
  const nearest = ranked.slice(0, nearestShown).map(({ name }) => name);
  const shown =
    known.length > mostShown
      ? `The nearest of ${known.length} known: ${nearest.join(', ')}.`
      : `Known: ${known.join(', ')}.`;
  return `${near ? `did you mean ${best.name}? ` : ''}${shown}`;
}

/** Whether a name begins with the text, or ends with it as a field of a dotted path does: `epochs`. */
function isPartOf(text: string, name: string): boolean {
  return (text !== '' && name.startsWith(text)) || name.endsWith(`.${text}`);
}

/** Levenshtein's distance: insertions, deletions and replacements of one character that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
