/**
 * Entries to keep in each layer under Erdős-Rényi-kernel densities (Evci et al. 2020, section 3): layer l keeps the
 * share ε·(Σ of its dimensions)/(Π of its dimensions), in + out + k1 + k2 over in·out·k1·k2 for a convolution. Layers
 * whose share would pass 1 are dense, and ε serves the others. Every layer keeps one entry at least, and all together
 * exactly `keep`: shares are rounded down, and the entries left go to the largest remainders, the lower layer first.
 *
 * @throws Error where `keep` is below the number of layers or above the number of entries
 */
export function erkCounts(shapes: readonly (readonly number[])[], keep: number): number[] {
  const sizes = shapes.map((shape) => shape.reduce((product, length) => product * length, 1));
  return proportionalCounts('erkCounts', sizes, shapes.map(sum), keep);
}

/**
 * Whole numbers from 1 to `sizes` in proportion to the weights, capped by the sizes, that sum to `keep`.
 *
 * @throws Error as `requireKeep` does, in the given name
 */
export function proportionalCounts(
  name: string,
  sizes: readonly number[],
  weights: readonly number[],
  keep: number,
): number[] {
  requireKeep(name, sizes, keep);
  return roundToTotal(proportionalShares(sizes, weights, keep), sizes, keep);
}

/** @throws Error where `keep` is not a whole number from the number of layers to the number of entries. */
export function requireKeep(name: string, sizes: readonly number[], keep: number): void {
  if (Number.isInteger(keep) && keep >= sizes.length && keep <= sum(sizes)) return;
  throw new Error(`${name}: asked to keep ${keep} of ${sum(sizes)} entries in ${sizes.length} layers`);
}

/** Entries a layer before rounding: min(size, ε·weight), with ε such that they sum to `keep`. */
function proportionalShares(sizes: readonly number[], weights: readonly number[], keep: number): number[] {
  const dense = sizes.map(() => false);
  for (;;) {
    const left = keep - sum(sizes.filter((_, l) => dense[l]));
    const epsilon = left / sum(weights.filter((_, l) => !dense[l]));
    const full = sizes.flatMap((size, l) => (!dense[l] && epsilon * weights[l]! > size ? [l] : []));
    if (full.length === 0) return sizes.map((size, l) => (dense[l] ? size : epsilon * weights[l]!));
    for (const l of full) dense[l] = true;
  }
}

/** Whole numbers from 1 to `sizes`, near the shares, that sum to `keep`. */
function roundToTotal(shares: readonly number[], sizes: readonly number[], keep: number): number[] {
  const counts = shares.map((share, l) => Math.min(sizes[l]!, Math.max(1, Math.floor(share))));
  let missing = keep - sum(counts);
  while (missing !== 0) {
    const step = Math.sign(missing);
    const movable = counts.flatMap((count, l) => (count + step >= 1 && count + step <= sizes[l]! ? [l] : []));
    // The layer that is furthest below its share gains, the one furthest above loses.
    const worst = movable.reduce((best, l) =>
      step * (shares[l]! - counts[l]!) > step * (shares[best]! - counts[best]!) ? l : best,
    );
    counts[worst]! += step;
    missing -= step;
  }
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
