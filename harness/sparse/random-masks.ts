import { erkCounts } from './densities.ts';
import { filled, randomly } from './selection.ts';
import type { SparseContext } from './sparse-method.ts';

/** Keeps `counts` weights of each layer at random places, drawn from the stream `mask`. */
export function maskRandomly(
  context: Pick<SparseContext, 'weights' | 'stream' | 'setMasks'>,
  counts: readonly number[],
): void {
  const uniform = context.stream('mask');
  context.setMasks(context.weights.map(({ size }, l) => randomly(filled([size], 1), counts[l]!, uniform)[0]!));
}

/** The same with Erdős-Rényi-kernel densities, all together as many as the context keeps. */
export function maskRandomlyByErk(context: Pick<SparseContext, 'weights' | 'stream' | 'setMasks' | 'keep'>): void {
  const shapes = context.weights.map(({ shape }) => shape);
  maskRandomly(context, erkCounts(shapes, context.keep));
}
