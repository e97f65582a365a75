import type { Variable } from '../engine/variable.ts';
import { keptMacs, unmaskedParameters } from '../shape/weights.ts';
import type { PhasedOptions } from '../train/phases.ts';
import { type ContextOptions, sparseContext } from './context.ts';
import { ones } from './selection.ts';
import type { SparseContext } from './sparse-method.ts';

/** A sparse method at work in a cell. */
export interface SparseCell {
  /** Its state beside the training step's: for checkpoints. */
  readonly variables: readonly Variable[];
  /** What the trainer calls. */
  readonly hooks: Pick<PhasedOptions, 'beforePhase' | 'afterStep'>;
  /** Examples computed outside training steps so far. */
  examples(): number;
  /**
   * Parameters kept (masked ones and all others), and multiply-accumulates with these only.
   *
   * @param finished whether all phases are done, so that the budget must be met
   * @throws Error where, finished, a masked weight is not zero, or the masks do not keep exactly the budget.
   */
  counts(finished: boolean): { parameters: number; macs: number };
}

/** Begins a sparse method on a freshly initialized network. */
export function startSparse(options: ContextOptions): SparseCell {
  const { method, model, keep } = options;
  const { context, examples } = sparseContext(options);
  const run = method.start(context);
  const afterStep = run.afterStep?.bind(run);
  return {
    variables: [...run.variables, examples],
    hooks: { beforePhase: (phase) => run.beforePhase(phase), ...(afterStep === undefined ? {} : { afterStep }) },
    examples: () => examples.value.dataSync()[0]!,
    counts(finished) {
      const kept = context.masks().map(ones);
      const total = kept.reduce((sum, count) => sum + count, 0);
      // In a network that has diverged, masked weights are not numbers either.
      if (finished) refuseUnmasked(context);
      if (finished && total !== keep) throw new Error(`${method.name}: keeps ${total} weights instead of ${keep}`);
      return { parameters: unmaskedParameters(model.blueprint) + total, macs: keptMacs(model.blueprint, kept) };
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
