import type { Variable } from '../engine/variable.ts';
import { keptMacs, unmaskedParameters } from '../shape/sized.ts';
import type { LoopHooks } from '../train/loop.ts';
import type { Feeds } from '../train/step.ts';
import { type ContextOptions, sparseContext } from './context.ts';
import { ones } from './selection.ts';
import type { ExampleBatch, SparseContext } from './sparse-method.ts';

/** A sparse method at work in a cell. */
export interface SparseCell {
  /** Its state beside the training step's: for checkpoints. */
  readonly variables: readonly Variable[];
  /** What the training loop calls. */
  readonly hooks: LoopHooks<ExampleBatch>;
  /** Examples computed outside training steps so far. */
  examples(): number;
  /** Whether the masks keep exactly the budget as they are. */
  fits(): boolean;
  /**
   * Parameters kept (masked ones and all others), and multiply-accumulates with these only.
   *
   * @param finished whether all phases are done, so that the budget must be met
   * @throws Error where, finished, a masked weight is not zero, or the masks do not keep exactly the budget.
   */
  counts(finished: boolean): { parameters: number; macs: number };
}

/** Begins a sparse method on a freshly initialized network. */
export function startSparse<B extends ExampleBatch, F extends Feeds>(options: ContextOptions<B, F>): SparseCell {
  const { method, network, keep } = options;
  let tell: ((change: string) => void) | null = null;
  const onMasks = (masks: readonly Uint8Array[]) => tell?.(masks.map(ones).join(' '));
  const { context, examples } = sparseContext({ ...options, onMasks });
  const run = method.start(context);
  const afterStep = run.afterStep?.bind(run);
  const keptOf = () => {
    const kept = context.masks().map(ones);
    return { kept, total: kept.reduce((sum, count) => sum + count, 0) };
  };
  return {
    variables: [...run.variables, examples],
    hooks: {
      beforePhase: (phase) => run.beforePhase(phase),
      ...(afterStep === undefined ? {} : { afterStep }),
      watch(given) {
        tell = given;
      },
    },
    examples: () => examples.value.dataSync()[0]!,
    fits: () => keptOf().total === keep,
    counts(finished) {
      const { kept, total } = keptOf();
      // In a network that has diverged, masked weights are not numbers either.
      if (finished) refuseUnmasked(context);
      if (finished && total !== keep) throw new Error(`${method.name}: keeps ${total} weights instead of ${keep}`);
      return { parameters: unmaskedParameters(network) + total, macs: keptMacs(network, kept) };
    },
  };
}

function refuseUnmasked(context: SparseContext): void {
  const [values, masks] = [context.values(), context.masks()];
  context.weights.forEach(({ name }, l) => {
    const index = values[l]!.findIndex((value, i) => masks[l]![i] === 0 && value !== 0);
    if (index !== -1) throw new Error(`masked weight ${name}[${index}] is ${values[l]![index]} instead of 0`);
  });
}
