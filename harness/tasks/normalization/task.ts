import { keepValues } from '../../engine/record-step.ts';
import type { ExactCheck } from '../../record.ts';
import { imageConfigOf, type NormalizationConfig, recordingRole } from '../../spec/normalization.ts';
import type { TrainingOutcome } from '../../train/loop.ts';
import { type Companion, networkTask } from '../image/task.ts';
import type { Task, TaskOptions } from '../task.ts';
import { lastNormsCheck, wantedNormsCheck } from './checks.ts';
import { normSteps, scalingFact } from './facts.ts';
import { type Norms, type NormTrace, normTrace, savedNorms } from './norm-trace.ts';
import { normOfProduct, type Product, productsOf, scaleProduct } from './products.ts';
import { seriesOf } from './series.ts';

/** The products of a network along its training. */
interface Followed extends Companion {
  readonly products: readonly Product[];
  /** The norms that they have had. */
  readonly trace: NormTrace;
  /** Those that they are given; null: they have what training gives them. */
  readonly wanted: Norms | null;
  /** The learning rate of a step, counted from 0. */
  rateAt(step: number): number;
}

/**
 * The normalization experiment (Khodak et al. 2021, section 3.2): a training on images along which the norm of every
 * factorized layer's product is kept after every step, or set to what *frob* of the same seed had there. A network
 * without factors is trained as by task `image`. A cell with Frobenius decay keeps the norms with its weights.
 */
export async function normalizationTask(config: NormalizationConfig, options: TaskOptions): Promise<Task> {
  const isScaled = config.regularizer === 'frobenius-norms';
  const recorded = isScaled ? await options.needed(recordingRole).weights() : null;
  const { task, companion } = await networkTask<Followed>(imageConfigOf(config), options, {
    accompany(model, { steps, rateAt }) {
      const products = productsOf(model);
      if (products.length === 0) return null;
      const wanted = recorded === null ? null : savedNorms(recorded, steps, products.length);
      return followedBy(products, normTrace(steps, products.length), { wanted, rateAt });
    },
  });
  return companion === null ? task : withNorms(task, companion, config.regularizer === 'frobenius-decay');
}

/** After every step, sets the norms where they are to be set, and keeps them. */
function followedBy(
  products: readonly Product[],
  trace: NormTrace,
  { wanted, rateAt }: Pick<Followed, 'wanted' | 'rateAt'>,
): Followed {
  return {
    products,
    trace,
    wanted,
    rateAt,
    variables: trace.variables,
    hooks: {
      afterStep({ step }) {
        const targets = wanted?.at(step);
        if (targets !== undefined) products.forEach((product, layer) => void scaleProduct(product, targets[layer]!));
        trace.set(step, products.map(normOfProduct));
      },
    },
  };
}

/** The task, telling of its products' norms. */
function withNorms(task: Task, followed: Followed, keepsTrace: boolean): Task {
  const { products, trace, wanted, rateAt } = followed;
  return {
    ...task,
    variables: keepsTrace ? [...task.variables, ...trace.variables] : task.variables,
    train(run) {
      // A checkpoint has given the variables back; and what was tried out before has left its norms.
      trace.load();
      const onPoint: typeof run.onPoint = (curve) => {
        trace.store();
        return run.onPoint(curve);
      };
      return task.train({ ...run, onPoint });
    },
    async conclude(outcome, onProgress) {
      const concluded = await task.conclude(outcome, onProgress);
      const done = outcome.diverged ? 0 : trace.steps;
      return {
        ...concluded,
        checks: [...concluded.checks, ...checksOf(outcome, followed)],
        details: seriesOf(trace, done, rateAt),
      };
    },
    async definition() {
      const definition = await task.definition!();
      const { facts, first_steps: first } = definition;
      const norms = normSteps(products, trace, first);
      const restore = keepValues(products.flatMap(({ u, v }) => [u, v]));
      try {
        return {
          ...definition,
          facts: { ...facts, 'scaled products': scalingFact(products), 'norms are set': wanted !== null },
          first_steps: { ...first, values: { ...first.values, ...norms } },
        };
      } finally {
        restore();
      }
    },
  };
}

function checksOf({ diverged }: TrainingOutcome, { products, trace, wanted }: Followed): ExactCheck[] {
  if (diverged) return [];
  return [lastNormsCheck(products, trace), ...(wanted === null ? [] : [wantedNormsCheck(trace, wanted)])];
}
