import { planBudget } from '../../harness/budget/budget.ts';
import { phasesOf } from '../../harness/methods/phases.ts';
import { type Streams, streamsOf } from '../../harness/random.ts';
import type { EpochPoint } from '../../harness/record.ts';
import { masksOf, sparseContext } from '../../harness/sparse/context.ts';
import type { SparseMethod, SparseStep } from '../../harness/sparse/sparse-method.ts';
import { startSparse } from '../../harness/sparse/start.ts';
import type { RegularizerName, TrainingSpec } from '../../harness/spec/spec.ts';
import { evaluationStep } from '../../harness/train/evaluate.ts';
import { trainPhases } from '../../harness/train/phases.ts';
import { trainingStep } from '../../harness/train/training-step.ts';
import { tinyData, tinyDataset, tinyModel, tinyTraining } from './tiny-training.ts';

/** Sparse methods on the tiny network, as a cell runs them. */

export interface SparseOptions {
  budget?: number;
  regularizer?: RegularizerName;
  training?: Partial<TrainingSpec>;
  trainExamples?: number;
  streams?: Streams;
}

/** Everything that a cell makes before training, and a context of its own to look through. */
export function sparseSetUp(method: SparseMethod, options: SparseOptions = {}) {
  const { budget = 0.3, regularizer = 'weight-decay', trainExamples = 64, streams = streamsOf('tiny', 0) } = options;
  const training = { ...tinyTraining, ...options.training };
  const data = tinyData(trainExamples);
  const model = tinyModel({ method: 'dense' });
  const masks = masksOf(model);
  const step = trainingStep(model, training, regularizer, masks);
  const plan = planBudget(model.blueprint, method, budget);
  const shared = { method, model, masks, step, keep: plan.keep!, data, dataset: tinyDataset, training, streams };
  const sparse = startSparse(shared);
  return { ...shared, sparse, plan, context: sparseContext(shared).context };
}

export interface SparseEvents {
  /** Points of the epochs done, for one that goes on. */
  curve?: readonly EpochPoint[];
  onEpoch?: (curve: readonly EpochPoint[]) => Promise<void>;
  afterStep?: (event: SparseStep) => void;
}

/** Trains what `sparseSetUp` made, through all phases. */
export function trainSparse(setUp: ReturnType<typeof sparseSetUp>, events: SparseEvents = {}) {
  const { method, model, step, data, dataset, training, streams, sparse } = setUp;
  return trainPhases({
    model,
    step,
    data,
    dataset,
    streams,
    phases: phasesOf(method, training),
    evaluation: evaluationStep(model, [8, 8, 3]),
    curve: events.curve ?? [],
    beforePhase: sparse.hooks.beforePhase!,
    afterStep: (event) => {
      sparse.hooks.afterStep?.(event);
      events.afterStep?.(event);
    },
    onProgress: () => undefined,
    onEpoch: async (curve) => events.onEpoch?.(curve),
  });
}
