import { canonicalJson } from '../../canonical-json.ts';
import { type Batch, drawnWholeBatches, testBatches, trainBatches } from '../../data/images/batches.ts';
import { type ImageData, type ImageSet, loadImages } from '../../data/images/images.ts';
import { type Evaluated, trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import { dense } from '../../methods/dense.ts';
import type { Method } from '../../methods/method.ts';
import type { LayerMethod } from '../../nn/layer-method.ts';
import type { Model } from '../../nn/model.ts';
import { buildNetwork, factorizationsOf } from '../../nn/network.ts';
import { streamsOf } from '../../random.ts';
import type { CurvePoint } from '../../record.ts';
import { masksOf } from '../../sparse/context.ts';
import { startSparse } from '../../sparse/start.ts';
import type { ImageConfig } from '../../spec/image.ts';
import {
  type ImageFeeds,
  imageEvaluationStep,
  imageFeeds,
  imageTrainingStep,
  type Teaching,
} from '../../train/image-steps.ts';
import { type LoopHooks, trainLoop } from '../../train/loop.ts';
import { epochsOf, totalEpochs } from '../../train/phases.ts';
import type { Step, TrainingStep } from '../../train/step.ts';
import { factorizedAhead } from '../factorized-ahead.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, methodFor, type Speeds, sizeOf, type Task, type TaskOptions } from '../task.ts';
import { chosenPoint } from './chosen-point.ts';
import { imageExamples } from './examples.ts';
import { type ImagePlan, macsByPhase, planImageNetwork } from './outline.ts';
import { evaluationBatch, imageTraining } from './training.ts';
import { startWarmUp } from './warm-up.ts';

/** What goes along with the training of a layer method's network, and may change its weights after each step. */
export interface Companion {
  readonly hooks: LoopHooks<Batch>;
  /** State of its own, for checkpoints. */
  readonly variables: readonly Variable[];
}

/**
 * Makes what goes along with a network that is about to be trained; null: nothing does.
 *
 * @param schedule the steps of the training, and the learning rate of each, counted from 0
 */
export type Accompany<C extends Companion = Companion> = (
  model: Model,
  schedule: { steps: number; rateAt(step: number): number },
) => C | null;

/**
 * Image classification: the metric is the accuracy on the test images after the last epoch; beside it stands that at the
 * epoch which the held-out training images choose.
 */
export async function imageTask(config: ImageConfig, options: TaskOptions): Promise<Task> {
  return (await networkTask(config, options)).task;
}

/** A task of image classification, and what it trains. */
export interface NetworkTask<C extends Companion = Companion> {
  task: Task;
  plan: ImagePlan;
  model: Model;
  data: ImageData;
  companion: C | null;
}

/** What kinds of task that train networks of images add to it. */
export interface NetworkExtras<C extends Companion = Companion> {
  /** What the network learns from in place of labels alone; left out: these. */
  teach?(model: Model): Teaching;
  /** Only of a method that replaces layers at the start, and so has one training. */
  accompany?: Accompany<C>;
}

/** `imageTask`, with what another kind of task adds to it. */
export async function networkTask<C extends Companion = Companion>(
  config: ImageConfig,
  { streams, dataDir, threads, ...options }: TaskOptions,
  { teach, accompany }: NetworkExtras<C> = {},
): Promise<NetworkTask<C>> {
  const method = methodFor(config, options.method);
  const { dataset, training } = config;
  const plan = planImageNetwork(config, method);
  const { blueprint, network, budget, phases } = plan;
  const { shared = loadingOwn } = options;
  const data = await shared(canonicalJson([dataset, dataDir]), () => loadImages(dataset, dataDir));
  const layers = layersOf(method);
  const compression = { method: layers, scale: budget.scale, init: config.init };
  const factors = await factorizedAhead(factorizationsOf(blueprint, compression, streams), threads);
  const model = buildNetwork(blueprint, compression, streams, factors);
  const { variables } = model;
  const masks = method.kind === 'sparse' ? masksOf(variables, network) : new Map();
  const step = imageTrainingStep(model, training, config.regularizer, masks, teach?.(model));
  const sparse =
    method.kind === 'sparse'
      ? startSparse({
          method,
          network,
          variables,
          masks,
          optimizer: step.optimizer,
          keep: budget.keep!,
          examples: imageExamples({ model, data, dataset, training }),
          training,
          streams,
        })
      : null;
  const warmUp =
    method.kind === 'warm-up'
      ? startWarmUp({ method, model, data, training, regularizer: config.regularizer, streams, phases: phases.length })
      : null;
  const evaluation = imageEvaluationStep(model);
  const before = warmUp?.learner;
  const loop = imageTraining({ model, step, evaluation, data, dataset, phases, streams, before });
  const lastSteps = loop.phases.at(-1)!;
  const companion = accompany?.(model, lastSteps) ?? null;
  const hooks = sparse?.hooks ?? warmUp ?? companion?.hooks ?? {};
  const further = [sparse, warmUp, companion].flatMap((part) => part?.variables ?? []);
  const state = [...step.variables, ...further];
  const lastPhase = totalEpochs(phases.slice(0, -1));
  // Before the last phase, or before its masks keep no more than the budget, a network is of another size.
  const small = method.kind === 'sparse' ? (method.budgetMetAfter?.(lastSteps.steps) ?? 0) : 0;
  const firstOfSize = lastPhase + Math.max(0, Math.ceil(small / lastSteps.stepsPerPoint) - 1);
  const task: Task = {
    size: sizeOf(budget, training.batchSize),
    data: {
      digest: data.digest,
      source: data.source,
      train: data.train.count,
      validation: data.validation?.count ?? null,
      test: data.test.count,
    },
    phases: phases.map((phase) => ({ label: phase.label, epochs: epochsOf(phase) })),
    warnings: [...data.warnings, ...model.compressed.flatMap((layer) => layer.warnings ?? [])],
    state,
    variables,
    train: (run) => trainLoop({ ...loop, ...hooks, ...run }),
    conclude: async ({ curve, diverged }) => {
      const accuracyAt = (point: CurvePoint | undefined) => point?.values.test_accuracy ?? null;
      const value = diverged ? null : accuracyAt(curve.at(-1));
      const best = accuracyAt(chosenPoint(curve.slice(firstOfSize)));
      return {
        measures: [{ metric: 'accuracy', value, best }],
        checks: [],
        details: null,
        masked: sparse?.counts(!diverged),
        examples: curve.length * data.train.count + (sparse?.examples() ?? 0),
        ...(warmUp === null ? {} : { forwardMacs: data.train.count * curveMacs(plan, method, config, curve.length) }),
      };
    },
    measure: () => measureSpeeds(step, evaluation, data, config),
    idleStep() {
      const { trainOnce } = idleTraining(data, config);
      return () => trainOnce(step.run);
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: phases.map(({ label }) => label),
        hooks,
        state,
        data: data.digest,
        evaluated: { step: evaluation, on: evaluatedOn(data), feedsOf: loop.feedsOf },
      }),
    dispose() {
      for (const { dispose } of [step, evaluation, ...(before === undefined ? [] : [before.step])]) dispose();
    },
  };
  return { task, plan, model, data, companion };
}

/** The images that a network is evaluated on, by part. */
function evaluatedOn(data: ImageData): Evaluated<Batch, ImageFeeds>['on'] {
  const { test, validation } = data;
  const drawnFrom = (set: ImageSet) => () => drawnWholeBatches(data, set, evaluationBatch);
  return { test: drawnFrom(test), ...(validation === null ? {} : { validation: drawnFrom(validation) }) };
}

/** What builds the layers of the network that the cell ends with. */
function layersOf(method: Method): LayerMethod {
  if (method.kind === 'layer') return method;
  return method.kind === 'warm-up' ? method.layers : dense;
}

/** Multiply-accumulates of an example's forward passes in so many epochs. */
function curveMacs(plan: ImagePlan, method: Method, { training }: ImageConfig, epochs: number): number {
  const byEpoch = macsByPhase(plan, method, training.batchSize).flatMap((macs, index) =>
    Array.from({ length: epochsOf(plan.phases[index]!) }, () => macs),
  );
  return byEpoch.slice(0, epochs).reduce((sum, macs) => sum + macs, 0);
}

/** Measured after the digest is taken: the timed training steps change the running statistics. */
async function measureSpeeds(
  step: TrainingStep<ImageFeeds>,
  evaluation: Step<ImageFeeds>,
  data: ImageData,
  config: ImageConfig,
): Promise<Speeds> {
  const imageShape = [data.height, data.width, data.channels];
  const [testBatch] = testBatches(data, evaluationBatch);
  const { size, trainOnce } = idleTraining(data, config);
  const evaluateOnce = () => tf.tidy(() => void evaluation.run(imageFeeds(testBatch!, imageShape)).loss.dataSync());
  return stepSpeeds(step, { examples: size, once: trainOnce }, { examples: testBatch!.size, once: evaluateOnce });
}

/** Trains on one batch, in either form of a step, at a learning rate of zero: the weights stay where they are. */
function idleTraining(data: ImageData, { dataset, training }: ImageConfig) {
  const imageShape = [data.height, data.width, data.channels];
  const [batch] = trainBatches(data, dataset, training.batchSize, 0, streamsOf('measure', 0));
  return {
    size: batch!.size,
    trainOnce: (run: TrainingStep<ImageFeeds>['run']) =>
      tf.tidy(() => void run({ ...imageFeeds(batch!, imageShape), learningRate: tf.scalar(0) }).loss.dataSync()),
  };
}
