import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../canonical-json.ts';
import { type FrameData, loadFrames } from '../../data/frames/pieces.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import { countParameters } from '../../measure/weights.ts';
import { streamsOf } from '../../random.ts';
import type { CurvePoint } from '../../record.ts';
import { decayOf } from '../../regularize/regularizer.ts';
import type { Errors, TwinConfig, TwinDetails } from '../../spec/twin-regularization.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { bestWeights } from '../../train/kept-weights.ts';
import { type LoopKind, trainLoop } from '../../train/loop.ts';
import { pointsOf } from '../../train/places.ts';
import { type TrainingStep, trainingStep } from '../../train/step.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, type Speeds, type Task, type TaskOptions } from '../task.ts';
import {
  drawnBatches,
  drawnHeldOut,
  type FrameBatch,
  frameFeeds,
  heldOutBatches,
  type TrainOptions,
} from './batches.ts';
import { recognizerChecks } from './checks.ts';
import { drawnEdits } from './facts.ts';
import { planRecognizer, planUnidirectional } from './plan.ts';
import { type Recognition, type Recognized, recognition, recognized } from './recognition.ts';
import { newRecognizer } from './recognizer.ts';
import { type FrameFeeds, newTwin, recognizerLoss } from './twin.ts';

/**
 * A recognizer of frames (Ravanelli, Serdyuk and Bengio 2018): trained with or without a twin, and used without. The
 * weights stand in the end that tell the validation frames best.
 */
export async function twinTask(
  config: TwinConfig,
  { streams, dataDir, shared = loadingOwn }: TaskOptions,
): Promise<Task> {
  const { dataset, training, method, regularizer } = config;
  const data = await shared(canonicalJson([dataset, dataDir]), () => loadFrames(dataset, dataDir));
  const plan = planRecognizer(config, data);
  const recognizer = newRecognizer(plan, config.lookAhead, streams);
  const twin = newTwin(method, config.twinWeight, recognizer, plan, streams);
  const { variables } = recognizer;
  const all = [...variables, ...(twin?.variables ?? [])];
  const ofTwin = twin === null || method === 'shared-twin' ? [] : twin.layers.flatMap(({ matrices }) => matrices);
  const step = trainingStep({
    variables: all,
    loss: recognizerLoss(recognizer, twin, training.dropout),
    decay: decayOf([...recognizer.matrices, ...ofTwin], { regularizer, lambda: training.decay, ratio: 1 }),
    optimizer: training.optimizer,
    clipNorm: training.clipNorm,
  });
  const recognizing = recognition(recognizer, all);
  const kept = bestWeights({ variables: all }, validationError);
  const loop = { ...loopOf(step, recognizing, { data, training, streams }), kept };
  const state = [...step.variables, ...kept.variables];
  const tested = (onBatch: () => Promise<void>) => recognized(recognizing, data.pieces.test, data, onBatch);
  const points = pointsOf(loop.phases[0]!);
  const frames = (part: keyof FrameData['pieces']) =>
    data.pieces[part].reduce((sum, { labels }) => sum + labels.length, 0);
  const dense = planUnidirectional({ ...config, budget: 1 }, data).network.dense.parameters;
  const macs = plan.budget.passMacs;
  return {
    size: {
      ratio: (plan.budget.ratio * plan.network.dense.parameters) / dense,
      weightRatio: plan.budget.weightRatio,
      macs,
      batchMacs: macs,
    },
    data: {
      digest: data.digest,
      source: data.source,
      train: frames('train'),
      validation: frames('valid'),
      test: frames('test'),
    },
    phases: [{ label: 'train', epochs: points }],
    warnings: [],
    state,
    variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ curve, diverged }, onProgress) {
      const examples = framesRead(curve, { data, training, streams });
      // Of a twin, the other direction's pass counts as one of training.
      const forwardMacs = examples * macs * (twin === null ? 1 : 2);
      if (diverged) return { measures: measuresOf(null), checks: [], details: null, examples, forwardMacs };
      const onBatch = async () => {
        onProgress({ phase: 'evaluate', epoch: points, step: 1, steps: 1, loss: null });
        await nextTurn();
      };
      const last = await tested(onBatch);
      kept.restore();
      const chosen = await tested(onBatch);
      const details: TwinDetails = {
        chosen_update: kept.at()!,
        validation: errorsOf(await recognized(recognizing, data.pieces.valid, data, onBatch)),
        last: errorsOf(last),
        trained_parameters: countParameters(all).parameters,
        ...chosen.edits,
      };
      const checks = recognizerChecks({ config, plan, recognition: recognizing, variables: all, data });
      return { measures: measuresOf(chosen), checks, details, examples, forwardMacs };
    },
    measure: () => speedsOf(step, recognizing, data, training),
    idleStep() {
      const trainOnce = idleTraining(data, training);
      return () => trainOnce(step.run);
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['train'],
        hooks: {},
        state,
        data: data.digest,
        evaluated: {
          step: recognizing,
          on: {
            validation: () => drawnHeldOut(data.pieces.valid, data),
            test: () => drawnHeldOut(data.pieces.test, data),
          },
          feedsOf: frameFeeds,
        },
        facts: { classes: data.classes, features: data.dimension, 'edits of drawn phones': drawnEdits(data.blank) },
      }),
    dispose() {
      for (const { dispose } of [step, recognizing]) dispose();
    },
  };
}

/** Infinite where a point has none. */
function validationError({ values }: CurvePoint): number {
  return values.validation_frame_error ?? Number.POSITIVE_INFINITY;
}

function loopOf(
  step: TrainingStep<FrameFeeds>,
  recognizing: Recognition,
  options: TrainOptions & { training: TwinConfig['training'] },
): LoopKind<FrameBatch, FrameFeeds, Recognized> {
  const { data, training } = options;
  const { updates: steps, validateEvery: stepsPerPoint, learningRate } = training;
  return {
    counted: 'steps',
    phases: [{ steps, stepsPerPoint, rateAt: () => learningRate, drawn: (point) => drawnBatches(options, point) }],
    step,
    feedsOf: frameFeeds,
    measure: (onBatch) => recognized(recognizing, data.pieces.valid, data, onBatch),
    valuesOf({ learningRate: rate, loss, accuracy }, validated) {
      const trained = {
        learning_rate: rate,
        train_loss: finiteOrNull(loss),
        train_frame_error: Number.isFinite(loss) ? finiteOrNull(1 - accuracy) : null,
      };
      if (validated === 'skipped') return trained;
      return {
        ...trained,
        validation_loss: finiteOrNull(validated?.loss ?? Number.NaN),
        validation_frame_error: finiteOrNull(validated?.frame_error ?? Number.NaN),
        validation_phone_error: finiteOrNull(validated?.phone_error ?? Number.NaN),
      };
    },
  };
}

function measuresOf(found: Errors | null) {
  return (['frame_error', 'phone_error'] as const).map((metric) => {
    return { metric, value: found?.[metric] ?? null, best: null };
  });
}

function errorsOf({ frame_error, phone_error }: Recognized): Errors {
  return { frame_error, phone_error };
}

/** Frames of the batches up to the curve's end. */
function framesRead(curve: readonly CurvePoint[], options: TrainOptions): number {
  return curve.reduce((sum, _, point) => {
    for (const { size } of drawnBatches(options, point)) sum += size;
    return sum;
  }, 0);
}

/** Trains on one batch over and over, at a learning rate of zero: the weights stay where they are. */
function idleTraining(data: FrameData, training: TwinConfig['training']) {
  const [drawn] = drawnBatches({ data, training, streams: streamsOf('measure', 0) }, 0);
  const batch = drawn!.batch();
  return (run: TrainingStep<FrameFeeds>['run']) =>
    tf.tidy(() => void run({ ...frameFeeds(batch), learningRate: tf.scalar(0) }).loss.dataSync());
}

async function speedsOf(
  step: TrainingStep<FrameFeeds>,
  recognizing: Recognition,
  data: FrameData,
  training: TwinConfig['training'],
): Promise<Speeds> {
  const trainOnce = idleTraining(data, training);
  const [held] = heldOutBatches(data.pieces.test, data);
  const framesOf = (pieces: number) => pieces * data.frames;
  return stepSpeeds(
    step,
    { examples: framesOf(training.batchSize), once: trainOnce },
    { examples: framesOf(held!.batch.size), once: () => void recognizing.logits(held!.batch) },
  );
}
