import { rootOf } from './root.ts';

/** Dense float64 arrays in row-major order, for decompositions that are computed once, when a layer is built. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Entries of a tensor of the shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** @throws RangeError where the shape has another size than the data */
export function ndArray(shape: readonly number[], data: ArrayLike<number>): NdArray {
  if (sizeOf(shape) !== data.length) {
    throw new RangeError(`ndArray: shape [${shape}] needs ${sizeOf(shape)} numbers, got ${data.length}`);
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

/** The same numbers under another shape of the same size. */
export function reshaped({ data }: NdArray, shape: readonly number[]): NdArray {
  return ndArray(shape, data);
}

/** Axis `k` of the result is axis `axes[k]` of the array. */
export function permuted({ shape, data }: NdArray, axes: readonly number[]): NdArray {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const out = new Float64Array(data.length);
  const index = to.map(() => 0);
  let from = 0;
  for (let flat = 0; flat < out.length; flat++) {
    out[flat] = data[from]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      index[axis]!++;
      if (index[axis]! < to[axis]!) break;
      from -= steps[axis]! * to[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: to, data: out };
}

/** The unfolding X_(k) [d_k, ∏_{j≠k} d_j], its columns in the order of the other axes. */
export function unfolded(x: NdArray, mode: number): NdArray {
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== mode);
  return reshaped(permuted(x, [mode, ...others]), [x.shape[mode]!, x.data.length / x.shape[mode]!]);
}

/** The inverse of `unfolded`, of a tensor of the given shape. */
export function folded(matrix: NdArray, mode: number, shape: readonly number[]): NdArray {
  const others = shape.filter((_, axis) => axis !== mode);
  const back = shape.map((_, axis) => (axis === mode ? 0 : axis < mode ? axis + 1 : axis));
  return permuted(reshaped(matrix, [shape[mode]!, ...others]), back);
}

/** ‖A‖_F, the root of the sum of all squares. */
export function frobeniusNorm({ data }: NdArray): number {
  return normOf(data);
}

/** The root of the sum of squares, in their order. */
export function normOf(values: Iterable<number>): number {
  let square = 0;
  for (const value of values) square += value * value;
  return Math.sqrt(square);
}

/** The tensor times a number. */
export function scaled({ shape, data }: NdArray, factor: number): NdArray {
  return { shape, data: data.map((value) => value * factor) };
}

/**
 * The cores of a product rescaled to equal norms, their product unchanged: of all scalings it has the least Σ‖core‖²,
 * as √Σ on both sides has for a matrix. A product of norm zero stays as it is.
 */
export function equalNorms(cores: readonly NdArray[]): NdArray[] {
  const norms = cores.map(frobeniusNorm);
  if (norms.some((norm) => norm === 0)) return [...cores];
  const mean = norms.reduce((all, norm) => all * rootOf(norm, norms.length), 1);
  return cores.map((core, k) => scaled(core, mean / norms[k]!));
}
