import { batchMatMul, matMul } from '../engine/algebra/mat-mul.ts';
import { singularValues } from '../engine/algebra/svd.ts';
import { tf } from '../engine/tensorflow.ts';
import type { CompressibleWeight } from '../nn/layer.ts';

/** Size and shape of one product; of a batch of them, means. */
export interface SpectrumPoint {
  /** ‖W‖_F */
  frobenius: number;
  /** ‖W‖²_F/‖W‖²_2: the number of directions, were all as long as the longest. */
  stableRank: number;
}

/**
 * Of each weight, from the smaller of the Gram matrices WᵀW and WWᵀ, whose trace is ‖W‖²_F and whose largest eigenvalue
 * is ‖W‖²_2: a table of a large vocabulary, either way round, costs one product and a small decomposition.
 */
export function spectrumOf(weight: CompressibleWeight): SpectrumPoint {
  const values = tf.tidy(() => {
    const w = weight.matrix();
    const times = w.shape.length === 2 ? matMul : batchMatMul;
    const [rows, columns] = w.shape.slice(-2) as [number, number];
    const grams = times(w, w, rows < columns ? { transposeB: true } : { transposeA: true });
    const size = grams.shape.at(-1)!;
    const each = tf.unstack(tf.reshape(grams, [grams.size / size ** 2, size, size]));
    return each.map((gram) => [...singularValues(gram).dataSync()]);
  });
  const points = values.map((squares) => {
    const trace = squares.reduce((sum, square) => sum + square, 0);
    return { frobenius: Math.sqrt(trace), stableRank: trace / squares[0]! };
  });
  const mean = (of: (point: SpectrumPoint) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  return { frobenius: mean((point) => point.frobenius), stableRank: mean((point) => point.stableRank) };
}
