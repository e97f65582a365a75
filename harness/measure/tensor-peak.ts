import { tf } from '../engine/tensorflow.ts';

/**
 * Largest number of bytes that tfjs's tensors hold together while a function runs; those inside a replayed graph do not
 * count.
 */
export async function tensorPeakBytes(run: () => void): Promise<number> {
  const { peakBytes, result } = await tf.profile(() => {
    run();
    return tf.scalar(0);
  });
  (result as { dispose(): void }).dispose();
  return peakBytes;
}
