import type { Drawn } from '../../data/drawn.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { warmedUpRate } from '../../optim/inverse-sqrt-schedule.ts';
import type { Streams, Uniform } from '../../random.ts';
import type { SequenceTrainingSpec } from '../../spec/translation.ts';
import { type IdPair, type TokenBatch, testTokenBatches, trainTokenBatches } from '../../text/token-batches.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import type { LoopKind, LoopPhase } from '../../train/loop.ts';
import type { Phase } from '../../train/phases.ts';
import { type Place, placesOf, type Stretch } from '../../train/places.ts';
import { sequenceFeeds } from '../../train/sequence-feeds.ts';
import type { SequenceFeeds } from '../../train/sequence-steps.ts';
import type { Step, TrainingStep } from '../../train/step.ts';

/** A batch, and what the masks of its dropout follow from. */
export interface SeededBatch extends TokenBatch {
  readonly dropoutSeed: readonly [number, number];
}

/** The training text, and in what order it is gone through. */
export interface TrainingText {
  train: readonly IdPair[];
  streams: Streams;
}

export interface TranslationTrainingOptions extends TrainingText {
  step: TrainingStep<SequenceFeeds>;
  evaluation: Step<SequenceFeeds>;
  valid: readonly IdPair[];
  phases: readonly Phase<SequenceTrainingSpec>[];
}

/** Training on sentence pairs in epochs, each of which ends with a validation. */
export function translationTraining(
  options: TranslationTrainingOptions,
): LoopKind<SeededBatch, SequenceFeeds, Evaluation> {
  const { step, evaluation, train, valid, streams, phases } = options;
  const [{ training }] = phases as [Phase<SequenceTrainingSpec>];
  return {
    counted: 'epochs',
    phases: phases.map((phase): LoopPhase<SeededBatch, SequenceFeeds, Evaluation> => {
      return {
        ...stretchOf(train, phase.training),
        rateAt: (index) => warmedUpRate(index, phase.training),
        drawn: (epoch) =>
          drawnOf(
            seeded(trainTokenBatches(train, batchOptions(phase.training), epoch, streams), streams(`dropout/${epoch}`)),
          ),
      };
    }),
    step,
    feedsOf: trainingFeeds,
    measure: (onBatch) => validate(evaluation, valid, training, onBatch),
    valuesOf({ learningRate, loss, accuracy }, validated) {
      const trained = {
        learning_rate: learningRate,
        train_loss: finiteOrNull(loss),
        train_accuracy: Number.isFinite(loss) ? finiteOrNull(accuracy) : null,
      };
      if (validated === 'skipped') return trained;
      const finite = validated !== null && Number.isFinite(validated.loss);
      return {
        ...trained,
        valid_loss: finite ? validated.loss : null,
        perplexity: finite ? finiteOrNull(Math.exp(validated.loss)) : null,
      };
    },
  };
}

/** Updates of a training in epochs, of which the last may be cut short. */
export function stretchOf(train: readonly IdPair[], training: SequenceTrainingSpec): Stretch {
  const stepsPerPoint = testTokenBatches(train, batchOptions(training)).length;
  const steps = Math.min(training.epochs * stepsPerPoint, training.updates ?? Number.POSITIVE_INFINITY);
  return { steps, stepsPerPoint };
}

/** How a training divides its text into batches. */
export function batchOptions({ batchTokens, lengths }: SequenceTrainingSpec) {
  return { tokens: batchTokens, lengths };
}

/** Batches with two numbers each that their dropout follows from. */
function* seeded(batches: readonly TokenBatch[], draws: Uniform): Generator<SeededBatch, void, undefined> {
  const seed = () => Math.floor(draws() * 2 ** 30);
  for (const batch of batches) yield { ...batch, dropoutSeed: [seed(), seed()] };
}

/** Batches as they are drawn: which pairs, the tokens of both sides, labels, and seeds. */
export function* drawnOf<B extends TokenBatch & Partial<SeededBatch>>(
  batches: Iterable<B>,
): Generator<Drawn<B>, void, undefined> {
  for (const batch of batches) {
    const { size, pairs, sourceLength, targetLength, source, target, labels, weights, dropoutSeed } = batch;
    yield {
      size: pairs.length,
      shape: `${size}x${sourceLength}x${targetLength}`,
      get parts() {
        const seeds = dropoutSeed === undefined ? {} : { 'dropout seeds': Int32Array.from(dropoutSeed) };
        return { order: Int32Array.from(pairs), source, target, labels, weights, ...seeds };
      },
      batch: () => batch,
    };
  }
}

function trainingFeeds({ dropoutSeed, ...batch }: SeededBatch): SequenceFeeds & { dropoutSeed: Tensor } {
  return { ...sequenceFeeds(batch), dropoutSeed: tf.tensor1d([...dropoutSeed], 'int32') };
}

/** What a step is fed for a batch outside training: a seed of its dropout, and a learning rate of zero. */
export function idleFeeds(batch: TokenBatch, draws: Uniform) {
  const [first] = seeded([batch], draws);
  return { ...trainingFeeds(first!), learningRate: tf.scalar(0) };
}

/** Loss and accuracy of a token, over all pairs. */
export function validate(
  evaluation: Step<SequenceFeeds>,
  pairs: readonly IdPair[],
  training: SequenceTrainingSpec,
  onBatch: () => Promise<void>,
): Promise<Evaluation> {
  return evaluate(evaluation, testTokenBatches(pairs, batchOptions(training)), sequenceFeeds, onBatch);
}

/** Sentence pairs, and tokens of the target language with <eos>. */
export interface TextCounts {
  pairs: number;
  tokens: number;
}

/** What a training of so many epochs has seen. An epoch that ends early, as its loss is not finite, counts whole. */
export function trainedText(
  text: TrainingText,
  phases: readonly Phase<SequenceTrainingSpec>[],
  epochs: number,
): TextCounts {
  const stretches = phases.map(({ training }) => stretchOf(text.train, training));
  const whole = countsOf(text.train);
  const seen = placesOf(stretches)
    .slice(0, epochs)
    .map((place) => {
      const isWhole = place.to - place.from === stretches[place.phase]!.stepsPerPoint;
      return isWhole ? whole : cutEpoch(text, phases[place.phase]!.training, place);
    });
  return seen.reduce((sum, one) => ({ pairs: sum.pairs + one.pairs, tokens: sum.tokens + one.tokens }), {
    pairs: 0,
    tokens: 0,
  });
}

function cutEpoch({ train, streams }: TrainingText, training: SequenceTrainingSpec, { point, from, to }: Place) {
  const batches = trainTokenBatches(train, batchOptions(training), point, streams).slice(0, to - from);
  return countsOf(batches.flatMap(({ pairs }) => pairs.map((pair) => train[pair]!)));
}

function countsOf(pairs: readonly IdPair[]): TextCounts {
  return { pairs: pairs.length, tokens: pairs.reduce((sum, { target }) => sum + target.length + 1, 0) };
}
