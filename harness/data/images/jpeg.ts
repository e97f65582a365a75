import { type Tensor, tf } from '../../engine/tensorflow.ts';

/** Images are to be decoded in a process that has not loaded the engine. */
export class EngineNotLoadedError extends Error {}

/** How `decodeJpeg` decodes; another decoder may give other bytes. */
export const jpegDecoder = 'libjpeg islow';

/**
 * Decodes a JPEG file of `side` x `side` pixels to bytes of RGB (grey images: three equal channels), row by row, as the
 * accurate integer method of libjpeg does, which PIL and so the published pipelines use.
 *
 * @param refused makes the error for a file that is no JPEG, cut off, damaged or of another size, out of what is wrong
 * @throws EngineNotLoadedError
 */
export function decodeJpeg(bytes: Uint8Array, side: number, refused: (what: string) => Error): Uint8Array {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
    throw refused('byte offset 0: no JPEG, which would begin with ff d8');
  }
  if (tf === undefined) throw new EngineNotLoadedError();
  let image: Tensor;
  try {
    image = tf.node.decodeJpeg(bytes, 3, 1, true, false, 1, 'INTEGER_ACCURATE');
  } catch (cause) {
    throw refused(faultOf(bytes, cause));
  }
  try {
    const [height, width] = image.shape as [number, number, number];
    if (height !== side || width !== side) {
      throw refused(`${height} x ${width} pixels, but images are ${side} x ${side}`);
    }
    return Uint8Array.from(image.dataSync());
  } finally {
    image.dispose();
  }
}

function faultOf(bytes: Uint8Array, cause: unknown): string {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(Buffer.of(0xff, 0xd9));
  if (end === -1) return `cut off at byte offset ${bytes.length}: the image's end (ff d9) is missing`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `damaged between byte offsets 0 and ${end}: ${reason.split('\n')[0]}`;
}
