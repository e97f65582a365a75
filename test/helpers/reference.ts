import { gaussian, streamsOf } from '../../harness/random.ts';

/**
 * Naive float64 mathematics to compare the engine with: written from the definitions, one loop an index, sharing no
 * code with it. Arrays are flat in row-major order.
 */
export interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function values(shape: readonly number[], data: ArrayLike<number>): Values {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) throw new Error(`values: shape [${shape}] needs ${size} numbers, got ${data.length}`);
  return { shape, data: Float64Array.from(data) };
}

/** Draws of N(0, 1) that float32 holds exactly, so that the engine and the reference read equal numbers. */
export function randomValues(name: string, shape: readonly number[]): Values {
  const size = shape.reduce((product, length) => product * length, 1);
  return values(shape, gaussian(size, 1, streamsOf('reference', 0)(name)));
}

export function filled(shape: readonly number[], build: (index: number[]) => number): Values {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = Float64Array.from({ length: size }, (_, flat) => {
    let rest = flat;
    const index = [...shape].reverse().map((length) => {
      const place = rest % length;
      rest = Math.floor(rest / length);
      return place;
    });
    return build(index.reverse());
  });
  return { shape, data };
}

export function at({ shape, data }: Values, ...index: number[]): number {
  let flat = 0;
  index.forEach((place, axis) => {
    flat = flat * shape[axis]! + place;
  });
  return data[flat]!;
}

export function map(x: Values, f: (value: number, flat: number) => number): Values {
  return { shape: x.shape, data: x.data.map((value, flat) => f(value, flat)) };
}

/** Σ x∘y. */
export function dot(x: Values, y: Values): number {
  return x.data.reduce((sum, value, flat) => sum + value * y.data[flat]!, 0);
}

/** [m, k]·[k, n]. */
export function matMul(a: Values, b: Values): Values {
  const [m, k, n] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  return filled([m, n], ([i, j]) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += at(a, i!, l) * at(b, l, j!);
    return sum;
  });
}

export function transposed(a: Values): Values {
  return filled([a.shape[1]!, a.shape[0]!], ([i, j]) => at(a, j!, i!));
}

/** ½‖x‖²_F. */
export function halfSquare(x: Values): number {
  return dot(x, x) / 2;
}

/** n orthonormal columns of length m, by Gram-Schmidt (twice, against rounding) on random ones. */
export function orthonormalColumns(name: string, m: number, n: number): Values {
  const columns: Float64Array[] = [];
  for (let j = 0; j < n; j++) {
    const column = randomValues(`${name}/${j}`, [m]).data;
    for (let pass = 0; pass < 2; pass++) {
      for (const other of columns) {
        const share = column.reduce((sum, value, i) => sum + value * other[i]!, 0);
        column.forEach((value, i) => {
          column[i] = value - share * other[i]!;
        });
      }
    }
    const norm = Math.hypot(...column);
    columns.push(column.map((value) => value / norm));
  }
  return filled([m, n], ([i, j]) => columns[j!]![i!]!);
}

/**
 * Convolution as PyTorch's Conv2d with padding ⌊k/2⌋: y[n,i,j,o] = Σ x[n, i·s₁+a−⌊k₁/2⌋, j·s₂+b−⌊k₂/2⌋, c]·f[a,b,c,o],
 * x zero outside, with ⌊(size + 2⌊k/2⌋ − k)/s⌋ + 1 outputs.
 *
 * @param x [batch, height, width, in]
 * @param filter [k1, k2, in, out]
 */
export function convolution(x: Values, filter: Values, stride: readonly [number, number]): Values {
  const [batch, height, width, inChannels] = x.shape as [number, number, number, number];
  const [k1, k2, , outChannels] = filter.shape as [number, number, number, number];
  const [p1, p2] = [Math.floor(k1 / 2), Math.floor(k2 / 2)];
  const rows = Math.floor((height + 2 * p1 - k1) / stride[0]) + 1;
  const columns = Math.floor((width + 2 * p2 - k2) / stride[1]) + 1;
  const data = new Float64Array(batch * rows * columns * outChannels);
  let flat = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        for (let o = 0; o < outChannels; o++) {
          let sum = 0;
          for (let a = 0; a < k1; a++) {
            const row = i * stride[0] + a - p1;
            if (row < 0 || row >= height) continue;
            for (let b = 0; b < k2; b++) {
              const column = j * stride[1] + b - p2;
              if (column < 0 || column >= width) continue;
              const pixel = ((n * height + row) * width + column) * inChannels;
              const tap = (a * k2 + b) * inChannels * outChannels + o;
              for (let c = 0; c < inChannels; c++) sum += x.data[pixel + c]! * filter.data[tap + c * outChannels]!;
            }
          }
          data[flat++] = sum;
        }
      }
    }
  }
  return { shape: [batch, rows, columns, outChannels], data };
}

export interface Moments {
  mean: Float64Array;
  /** Divided by the count. */
  biased: Float64Array;
  /** Divided by the count less one. */
  unbiased: Float64Array;
}

/** Mean and variance of each channel (the last axis). */
export function channelMoments(x: Values): Moments {
  const channels = x.shape[x.shape.length - 1]!;
  const count = x.data.length / channels;
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  x.data.forEach((value, flat) => {
    mean[flat % channels]! += value / count;
  });
  x.data.forEach((value, flat) => {
    squares[flat % channels]! += (value - mean[flat % channels]!) ** 2;
  });
  return { mean, biased: squares.map((sum) => sum / count), unbiased: squares.map((sum) => sum / (count - 1)) };
}

/** scale·(x − mean)/√(variance + 1e-5) + offset for each channel. */
export function normalized(
  x: Values,
  { mean, variance }: { mean: Float64Array; variance: Float64Array },
  scale: Values,
  offset: Values,
): Values {
  const channels = x.shape[x.shape.length - 1]!;
  return map(x, (value, flat) => {
    const c = flat % channels;
    return (scale.data[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + 1e-5) + offset.data[c]!;
  });
}

/** Batch normalization in training: with the batch's own mean and biased variance. */
export function batchNormalized(x: Values, scale: Values, offset: Values): Values {
  const { mean, biased } = channelMoments(x);
  return normalized(x, { mean, variance: biased }, scale, offset);
}

/** Mean over the batch of −Σ_c q_c log softmax(logits)_c, q = (1 − ε)·onehot + ε/classes. */
export function softmaxCrossEntropy(logits: Values, labels: readonly number[], smoothing: number): number {
  const [batch, classes] = logits.shape as [number, number];
  let total = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const highest = Math.max(...row);
    const logSum = highest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - highest), 0));
    row.forEach((value, c) => {
      const target = smoothing / classes + (c === labels[n] ? 1 - smoothing : 0);
      total -= target * (value - logSum);
    });
  }
  return total / batch;
}
