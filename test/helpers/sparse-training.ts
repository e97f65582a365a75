import { planBudget } from '../../harness/budget/budget.ts';
import { phasesOf } from '../../harness/methods/phases.ts';
import { type Streams, streamsOf } from '../../harness/random.ts';
import type { CurvePoint } from '../../harness/record.ts';
import { sizedNetwork } from '../../harness/shape/sized-network.ts';
import { masksOf, sparseContext } from '../../harness/sparse/context.ts';
import type { SparseMethod, SparseStep } from '../../harness/sparse/sparse-method.ts';
import { startSparse } from '../../harness/sparse/start.ts';
import type { TrainingSpec } from '../../harness/spec/image.ts';
import type { RegularizerName } from '../../harness/spec/words.ts';
import { imageExamples } from '../../harness/tasks/image/examples.ts';
import { imageTraining } from '../../harness/tasks/image/training.ts';
import { imageEvaluationStep, imageTrainingStep } from '../../harness/train/image-steps.ts';
import { trainLoop } from '../../harness/train/loop.ts';
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
  const dataset = tinyDataset;
  const model = tinyModel({ method: 'dense' });
  const network = sizedNetwork(model.blueprint);
  const masks = masksOf(model.variables, network);
  const step = imageTrainingStep(model, training, regularizer, masks);
  const plan = planBudget(network, method, { amount: budget, unit: 'parameters' });
  const examples = imageExamples({ model, data, dataset, training });
  const { variables } = model;
  const { optimizer } = step;
  const shared = { method, network, variables, masks, optimizer, keep: plan.keep!, examples, training, streams };
  const sparse = startSparse(shared);
  return { ...shared, model, step, data, dataset, sparse, plan, context: sparseContext(shared).context };
}

export interface SparseEvents {
  /** Points of the epochs done, for one that goes on. */
  curve?: readonly CurvePoint[];
  onPoint?: (curve: readonly CurvePoint[]) => Promise<void>;
  afterStep?: (event: SparseStep) => void;
}

/** Trains what `sparseSetUp` made, through all phases. */
export function trainSparse(setUp: ReturnType<typeof sparseSetUp>, events: SparseEvents = {}) {
  const { method, model, step, data, dataset, training, streams, sparse } = setUp;
  const phases = phasesOf(method, training, setUp.plan.weightRatio);
  return trainLoop({
    ...imageTraining({ model, step, data, dataset, streams, phases, evaluation: imageEvaluationStep(model) }),
    curve: events.curve ?? [],
    beforePhase: sparse.hooks.beforePhase!,
    afterStep: (event) => {
      sparse.hooks.afterStep?.(event);
      events.afterStep?.(event);
    },
    onProgress: () => undefined,
    onPoint: async (curve) => events.onPoint?.(curve),
  });
}
