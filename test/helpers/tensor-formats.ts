import { at, filled, type Values } from './reference.ts';

/** Tensors composed entry by entry from the definitions, in float64. */

/** Σ over all indices of the named sizes of a product. */
function summed(sizes: readonly number[], term: (...index: number[]) => number): number {
  if (sizes.length === 0) return term();
  let sum = 0;
  for (let i = 0; i < sizes[0]!; i++) sum += summed(sizes.slice(1), (...rest) => term(i, ...rest));
  return sum;
}

/** tr(G_1[i]·G_2[j]·G_3[k]); a train is a ring with r_0 = 1. */
export function ringTensor([a, b, c]: readonly Values[]): Values {
  const ranks = [a!.shape[0]!, b!.shape[0]!, c!.shape[0]!];
  return filled([a!.shape[1]!, b!.shape[1]!, c!.shape[1]!], ([i, j, k]) =>
    summed(ranks, (p, q, r) => at(a!, p!, i!, q!) * at(b!, q!, j!, r!) * at(c!, r!, k!, p!)),
  );
}

export function tuckerTensor([core, a, b, c]: readonly Values[]): Values {
  return filled([a!.shape[0]!, b!.shape[0]!, c!.shape[0]!], ([i, j, k]) =>
    summed(core!.shape, (p, q, r) => at(core!, p!, q!, r!) * at(a!, i!, p!) * at(b!, j!, q!) * at(c!, k!, r!)),
  );
}

export function tuckerTrainTensor(parts: readonly Values[]): Values {
  return tuckerTensor([ringTensor(parts.slice(0, 3)), ...parts.slice(3)]);
}

export function cpTensor([a, b, c]: readonly Values[]): Values {
  return filled([a!.shape[0]!, b!.shape[0]!, c!.shape[0]!], ([i, j, k]) =>
    summed([a!.shape[1]!], (r) => at(a!, i!, r!) * at(b!, j!, r!) * at(c!, k!, r!)),
  );
}

/** The matrix Σ_s A_s ⊗ B_s. */
export function kroneckerMatrix([a, b]: readonly Values[]): Values {
  const [terms, o1, i1] = a!.shape as [number, number, number];
  const [, o2, i2] = b!.shape as [number, number, number];
  return filled([o1 * o2, i1 * i2], ([o, i]) =>
    summed([terms], (s) => at(a!, s!, Math.floor(o! / o2), Math.floor(i! / i2)) * at(b!, s!, o! % o2, i! % i2)),
  );
}
