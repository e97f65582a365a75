/**
 * Measures several things in turn, `alternations` times: in their order in the first, third, ... alternation and in the
 * opposite order in the others, so that a drift of the machine cancels in ratios.
 *
 * @param measure each gives one value, such as milliseconds
 * @param onAlternation called after each alternation with its values, in the order of `measure`
 * @returns for each thing its values, one an alternation
 */
export async function alternate(
  measure: readonly (() => Promise<number>)[],
  alternations: number,
  onAlternation: (values: readonly number[], alternation: number) => void,
): Promise<number[][]> {
  const values: number[][] = measure.map(() => []);
  for (let alternation = 0; alternation < alternations; alternation++) {
    const order = measure.map((_, i) => i);
    if (alternation % 2 === 1) order.reverse();
    for (const i of order) values[i]!.push(await measure[i]!());
    onAlternation(
      values.map((series) => series[alternation]!),
      alternation,
    );
  }
  return values;
}
