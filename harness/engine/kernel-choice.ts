import { engineInfo, tf } from './tensorflow.ts';

const found = new Map<string, boolean>();

/**
 * Whether this TensorFlow has a kernel for the processor under the given name, found out once by running it. oneDNN's
 * kernels have names of their own; in a graph TensorFlow puts some of them in place of its own kernels, one by one it
 * does not. Naming them makes both forms run the same, faster ones, wherever they exist: GPUs and builds for other
 * processors lack them.
 *
 * @param probe runs the kernel on a small input
 */
export function hasKernel(name: string, probe: () => void): boolean {
  let has = found.get(name);
  if (has === undefined) {
    has = engineInfo().device === 'cpu' && runs(probe);
    found.set(name, has);
  }
  return has;
}

/** The operation that a kernel computes: oneDNN's kernels are named after TensorFlow's. */
export function standardName(op: string): string {
  return op.replace(/^_Mkl(Native)?/, '');
}

function runs(probe: () => void): boolean {
  try {
    tf.tidy(probe);
    return true;
  } catch (error) {
    if (
      /not registered|No OpKernel|neither a type of a primitive operation|Could not find device/i.test(String(error))
    ) {
      return false;
    }
    throw error;
  }
}
