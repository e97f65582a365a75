/** Largest adjusted p that reads as significant. */
export const significance = 0.05;

/**
 * Holm's step-down correction (Holm 1979): the i-th smallest of m p-values becomes max over j ≤ i of (m - j + 1) p_j,
 * at most 1. Null entries, tests that were not possible, do not count and stay null.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const order = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let floor = 0;
  order.forEach(({ p, index }, rank) => {
    floor = Math.max(floor, Math.min(1, (order.length - rank) * p));
    adjusted[index] = floor;
  });
  return adjusted;
}
