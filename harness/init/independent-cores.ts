import { gaussian, type Uniform } from '../random.ts';
import { sizeOf } from '../tensor/nd-array.ts';
import { rootOf } from '../tensor/root.ts';

/**
 * Independent normal cores of a tensor format. An entry of the tensor is a sum of P products of m entries, one of each
 * core, so that its variance is P·∏_k σ_k², the products being uncorrelated. Of all σ_k with ∏_k σ_k² = v, those are
 * drawn that give every core the same expected norm, n_k·σ_k² = (v·∏_j n_j)^(1/m) for cores of n_k entries: the least
 * Σ‖core‖².
 *
 * @param variance v, the variance wanted over P
 * @param streamOf the stream of the k-th core
 */
export function independentCores(
  shapes: readonly (readonly number[])[],
  variance: number,
  streamOf: (core: number) => Uniform,
): Float32Array[] {
  const sizes = shapes.map(sizeOf);
  const square = sizes.reduce((all, size) => all * rootOf(size, sizes.length), rootOf(variance, sizes.length));
  return sizes.map((size, k) => gaussian(size, Math.sqrt(square / size), streamOf(k)));
}
