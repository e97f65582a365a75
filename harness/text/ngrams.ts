/** The n-grams of a sequence of words or characters, joined by `separator`, in order. */
export function ngramsOf(units: readonly string[], n: number, separator: string): string[] {
  return Array.from({ length: Math.max(0, units.length - n + 1) }, (_, start) =>
    units.slice(start, start + n).join(separator),
  );
}

/** How often each string occurs. */
export function countsOf(strings: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const string of strings) counts.set(string, (counts.get(string) ?? 0) + 1);
  return counts;
}

/** Strings of `left` that `right` holds, each at most as often as there. */
export function matches(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [string, count] of left) sum += Math.min(count, right.get(string) ?? 0);
  return sum;
}
