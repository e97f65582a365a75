import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchesOf, type Drawn } from '../data/drawn.ts';
import { withoutLeaks } from '../engine/gradients.ts';
import { tf } from '../engine/tensorflow.ts';
import type { CurvePoint } from '../record.ts';
import { finiteOrNull } from './curve.ts';
import { type Evaluation, readStep, stepMean } from './evaluate.ts';
import type { KeptWeights } from './kept-weights.ts';
import { type Place, placesOf, type Stretch } from './places.ts';
import type { Feeds, TrainingStep } from './step.ts';

/** What is trained, and what is told of it at each point. */
export interface Learner<F extends Feeds, M extends { loss: number }> {
  step: TrainingStep<F>;
  /** What is measured at a point; a loss that is not finite ends the training. `onBatch` is awaited again and again. */
  measure(onBatch: () => Promise<void>): Promise<M>;
  /** A point's values by name; those that it skips have none. */
  valuesOf(trained: Trained, measured: Measured<M>): CurvePoint['values'];
}

/** What was measured at a point; null: the training has diverged before; `skipped`: the point is not measured. */
export type Measured<M> = M | null | 'skipped';

/** A phase: a training on a schedule of its own, that begins with empty optimizer slots. */
export interface LoopPhase<B, F extends Feeds, M extends { loss: number }> extends Stretch {
  /** What is trained in this phase, where it is another network than the final one. */
  learner?: Learner<F, M>;
  /** Learning rate of a step, counted from 0 in the phase. */
  rateAt(step: number): number;
  /**
   * At least the batches of a point's steps, as they are drawn; the point is counted from 0 through all phases, so that
   * each has an order of its own.
   */
  drawn(point: number): Iterable<Drawn<B>>;
}

/** What a training step did. */
export interface StepEvent<B> {
  /** Index of the phase, from 0. */
  phase: number;
  /** Steps of the phase that are done, this one included. */
  step: number;
  /** All steps of the phase. */
  steps: number;
  learningRate: number;
  batch: B;
}

export interface LoopProgress {
  phase: 'train' | 'evaluate';
  /** The point of the curve that is trained for, counted from 1. */
  epoch: number;
  /** Of all phases. */
  step: number;
  steps: number;
  loss: number | null;
}

/** What the steps before a point gave; not numbers where the loss was none. */
export interface Trained extends Evaluation {
  /** Of the last step. */
  learningRate: number;
  /** Of the steps alone. */
  seconds: number;
}

/** What a kind of training brings; it is a learner itself, that of the final network. */
export interface LoopKind<B, F extends Feeds, M extends { loss: number }> extends Learner<F, M> {
  /** Whether a point of the curve stands at so many epochs or at so many steps. */
  counted: 'epochs' | 'steps';
  phases: readonly LoopPhase<B, F, M>[];
  /** The tensors of a batch. */
  feedsOf(batch: B): F;
  /** Weights put aside in the last phase. */
  kept?: KeptWeights;
}

export interface LoopHooks<B> {
  /** Called before each phase's first step, when the slots are zero; its time counts to the first point's. */
  beforePhase?(phase: number): void | Promise<void>;
  /** Called after each step. Tensors made here are disposed. */
  afterStep?(event: StepEvent<B>): void;
  /** Tells what the hooks change from now on, in whole numbers that rounding does not move; null: no longer. */
  watch?(tell: ((change: string) => void) | null): void;
}

export interface LoopRun {
  /** Points that are already done: training goes on after them, from the variables as they are. */
  curve: readonly CurvePoint[];
  onProgress(progress: LoopProgress): void;
  /** Called at each point with the whole curve; the place to save a checkpoint. */
  onPoint(curve: readonly CurvePoint[]): Promise<void>;
}

export interface TrainingOutcome {
  curve: CurvePoint[];
  /** Training stopped because the loss was no longer a finite number. */
  diverged: boolean;
}

type LoopOptions<B, F extends Feeds, M extends { loss: number }> = LoopKind<B, F, M> & LoopHooks<B> & LoopRun;

/**
 * The phases one after another, measured at the points that they say. What is done follows from the length of the
 * curve. A loss that is not finite ends training as diverged.
 */
export async function trainLoop<B, F extends Feeds, M extends { loss: number }>(
  options: LoopOptions<B, F, M>,
): Promise<TrainingOutcome> {
  const { phases, counted, kept } = options;
  const curve = [...options.curve];
  const places = placesOf(phases);
  const lastPhase = places.findIndex(({ phase }) => phase === phases.length - 1);
  for (const place of places.slice(curve.length)) {
    const started = performance.now();
    const learner = options.phases[place.phase]!.learner ?? options;
    if (place.from === 0) await beginPhase(learner, options, place.phase);
    const trained = await trainTo(learner, options, place);
    const measured = await measureAt(learner, options, place, trained);
    const values = learner.valuesOf(trained, measured);
    const at = counted === 'epochs' ? place.point + 1 : place.before + place.to;
    curve.push({ at, seconds: secondsSince(started), train_seconds: trained.seconds, values });
    if (!mayGoOn(measured)) return { curve, diverged: true };
    if (place.point >= lastPhase) kept?.afterPoint(curve.slice(lastPhase));
    await options.onPoint(curve);
  }
  return { curve, diverged: false };
}

async function beginPhase<B, F extends Feeds, M extends { loss: number }>(
  { step }: Learner<F, M>,
  { beforePhase }: LoopHooks<B>,
  phase: number,
): Promise<void> {
  if (phase > 0) for (const slot of step.optimizer.slots) slot.assign(tf.zerosLike(slot.value));
  await beforePhase?.(phase);
}

/** The steps up to a point. */
async function trainTo<B, F extends Feeds, M extends { loss: number }>(
  { step }: Learner<F, M>,
  options: LoopOptions<B, F, M>,
  { phase: index, point, from, to, before, steps: all }: Place,
): Promise<Trained> {
  const { feedsOf, afterStep, onProgress } = options;
  const phase = options.phases[index]!;
  const started = performance.now();
  const mean = stepMean();
  let [done, learningRate] = [from, 0];
  for (const batch of batchesOf(phase.drawn(point))) {
    learningRate = phase.rateAt(done);
    const result = readStep('training step', () =>
      step.run({ ...feedsOf(batch), learningRate: tf.scalar(learningRate) }),
    );
    done++;
    mean.add(result);
    onProgress({ phase: 'train', epoch: point + 1, step: before + done, steps: all, loss: finiteOrNull(result.loss) });
    if (!Number.isFinite(result.loss)) break;
    if (afterStep !== undefined) {
      const event = { phase: index, step: done, steps: phase.steps, learningRate, batch };
      withoutLeaks('after step', () => tf.tidy(() => afterStep(event)));
    }
    // Lets messages and signals of the parent process through.
    await nextTurn();
    if (done === to) return { ...mean.value(), learningRate, seconds: secondsSince(started) };
  }
  const { loss, accuracy } = mean.value();
  if (Number.isFinite(loss))
    throw new Error(`training: the batches of point ${point + 1} end at step ${done} of ${to}`);
  return { loss: Number.NaN, accuracy, learningRate, seconds: secondsSince(started) };
}

async function measureAt<F extends Feeds, M extends { loss: number }>(
  { measure }: Learner<F, M>,
  run: LoopRun,
  place: Place,
  { loss }: Trained,
): Promise<Measured<M>> {
  if (!Number.isFinite(loss)) return null;
  return place.isMeasured ? await measure(() => measuring(run, place)) : 'skipped';
}

/** Whether the training may go on. */
function mayGoOn(measured: Measured<{ loss: number }>): boolean {
  return measured === 'skipped' || (measured !== null && Number.isFinite(measured.loss));
}

async function measuring({ onProgress }: LoopRun, { point, before, to, steps }: Place): Promise<void> {
  onProgress({ phase: 'evaluate', epoch: point + 1, step: before + to, steps, loss: null });
  await nextTurn();
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}
