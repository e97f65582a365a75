import type { RegimeName } from '../../spec/lazy-training.ts';
import { columnGram, product, transposed } from '../../tensor/matrix.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import type { Target } from './target.ts';

/** A two-layers network with quadratic units as a function of what is trained of it, θ; its offset c stands beside. */
export interface Regime {
  readonly name: RegimeName;
  /** Of θ. */
  readonly shape: readonly number[];
  /** θ before it is trained. */
  readonly start: NdArray;
  /** A [d, d], symmetric: the network is f(x) = ⟨x, Ax⟩ + c. */
  form(theta: NdArray): NdArray;
  /** ∂/∂θ of a function of A, from its symmetric gradient ∂/∂A. */
  chain(theta: NdArray, gradient: NdArray): NdArray;
  /** f(x) − c of the rows of x [n, d], by the network's definition. */
  outputs(theta: NdArray, x: NdArray): Float64Array;
}

/**
 * The network of a regime.
 *
 * @param features W [N, d]: what is trained of `neural-network`, and fixed in the others
 * @param target whose scale `neural-network` starts with: ‖W‖²_F = Σ Dₖ, so that Tr A is the target's
 */
export function regimeOf(name: RegimeName, features: NdArray, target: Pick<Target, 'diagonal'>): Regime {
  switch (name) {
    case 'random-features':
      return randomFeatures(features);
    case 'neural-tangent':
      return neuralTangent(features);
    case 'neural-network':
      return neuralNetwork(features, target);
  }
}

/** θ = a [N]: A = Σ aᵢwᵢwᵢᵀ. */
function randomFeatures(w: NdArray): Regime {
  const [width, d] = [w.shape[0]!, w.shape[1]!];
  return {
    name: 'random-features',
    shape: [width],
    start: zeros([width]),
    form: (a) => product(transposed(w), rowsTimes(w, a.data)),
    chain: (_, gradient) => ({ shape: [width], data: rowSums(product(w, gradient), w) }),
    outputs(a, x) {
      const inner = product(x, transposed(w));
      return rowsOf(x, (i) => a.data.reduce((sum, value, j) => sum + value * square(inner.data[i * width + j]!), 0));
    },
  };

  function rowsTimes({ shape, data }: NdArray, factors: Float64Array): NdArray {
    return { shape, data: data.map((value, flat) => value * factors[Math.floor(flat / d)]!) };
  }
}

/** θ = b [N, d]: A = Σ (bᵢwᵢᵀ + wᵢbᵢᵀ)/2. */
function neuralTangent(w: NdArray): Regime {
  const d = w.shape[1]!;
  return {
    name: 'neural-tangent',
    shape: w.shape,
    start: zeros(w.shape),
    form(b) {
      const one = product(transposed(w), b).data;
      const data = one.map((value, flat) => (value + one[(flat % d) * d + Math.floor(flat / d)]!) / 2);
      return { shape: [d, d], data };
    },
    chain: (_, gradient) => product(w, gradient),
    outputs: (b, x) => rowSums(product(x, transposed(b)), product(x, transposed(w))),
  };
}

/** θ = W [N, d]: A = WᵀW. */
function neuralNetwork(drawn: NdArray, { diagonal }: Pick<Target, 'diagonal'>): Regime {
  const trace = diagonal.reduce((sum, value) => sum + value, 0);
  const squares = drawn.data.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt(trace / squares);
  return {
    name: 'neural-network',
    shape: drawn.shape,
    // As the engine starts with them.
    start: { shape: drawn.shape, data: drawn.data.map((value) => Math.fround(scale * value)) },
    form: columnGram,
    chain(w, gradient) {
      const { shape, data } = product(w, gradient);
      return { shape, data: data.map((value) => 2 * value) };
    },
    outputs(w, x) {
      const inner = product(x, transposed(w));
      return rowSums(inner, inner);
    },
  };
}

function zeros(shape: readonly number[]): NdArray {
  return { shape, data: new Float64Array(shape.reduce((size, length) => size * length, 1)) };
}

/** The inner product of each pair of rows of two matrices of one shape. */
function rowSums(a: NdArray, b: NdArray): Float64Array {
  const length = a.shape[1]!;
  return rowsOf(a, (i) => {
    let sum = 0;
    for (let k = i * length; k < (i + 1) * length; k++) sum += a.data[k]! * b.data[k]!;
    return sum;
  });
}

function rowsOf({ shape }: NdArray, of: (row: number) => number): Float64Array {
  return Float64Array.from({ length: shape[0]! }, (_, i) => of(i));
}

function square(value: number): number {
  return value * value;
}
