/**
 * The nights with which a new level begins, for display: optimal partitioning (Jackson et al. 2005, IEEE Signal
 * Processing Letters 12(2)) of the values into stretches of one mean, with the sum of squares over the variance as cost
 * and a penalty of 3 ln n for each change, n the number of values.
 *
 * @param nights values of each night
 * @param variance of one value
 * @returns indices of nights, ascending; never the first
 */
export function levelChanges(nights: readonly (readonly number[])[], variance: number): number[] {
  const measured = [...nights.keys()].filter((night) => nights[night]!.length > 0);
  const [counts, sums, squares] = [[0], [0], [0]];
  for (const [at, night] of measured.entries()) {
    const values = nights[night]!;
    counts.push(counts[at]! + values.length);
    sums.push(values.reduce((sum, value) => sum + value, sums[at]!));
    squares.push(values.reduce((sum, value) => sum + value * value, squares[at]!));
  }
  const cost = (from: number, to: number) => {
    const [count, sum] = [counts[to]! - counts[from]!, sums[to]! - sums[from]!];
    return (squares[to]! - squares[from]! - (sum * sum) / count) / variance;
  };
  const penalty = 3 * Math.log(Math.max(1, counts.at(-1)!));
  const best = [-penalty];
  const start: number[] = [0];
  for (let to = 1; to <= measured.length; to++) {
    const totals = Array.from({ length: to }, (_, from) => best[from]! + cost(from, to) + penalty);
    best.push(Math.min(...totals));
    start.push(totals.indexOf(best[to]!));
  }
  const changes: number[] = [];
  for (let to = start[measured.length]!; to > 0; to = start[to]!) changes.unshift(measured[to]!);
  return changes;
}
