/** What a drawing can show: more points than pixels make a page large and no picture better. */

/** At most `most` of the items, evenly spread, the first and the last among them. */
export function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}
