import { runOp, type Scalar, type Tensor, tf } from '../engine/tensorflow.ts';

/**
 * Gradients times c = min(1, clipNorm/(‖g‖ + 1e-6)) with ‖g‖ over all of them: PyTorch's `clip_grad_norm_`. Null: as
 * they are.
 */
export function clipped(gradients: readonly Tensor[], clipNorm: number | null): readonly Tensor[] {
  if (clipNorm === null) return gradients;
  const share = tf.tidy(() => tf.minimum(tf.div(clipNorm, tf.add(globalNorm(gradients), 1e-6)), 1));
  return gradients.map((gradient) => tf.mul(gradient, share));
}

/** √Σ‖g‖², each gradient read once. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  return tf.tidy(() => {
    const halves = gradients.map((gradient) => runOp('L2Loss', [gradient], { T: { type: 'float32' } })[0]!);
    const sum = runOp('AddN', halves, { T: { type: 'float32' }, N: { int: halves.length } })[0]!;
    return tf.sqrt(tf.mul(sum, 2)) as Scalar;
  });
}
