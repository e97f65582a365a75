import type { Drawn } from '../../data/drawn.ts';
import type { QuestionData } from '../../data/text/question-data.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { permutation, type Streams } from '../../random.ts';
import type { QuestionAnsweringConfig } from '../../spec/question-answering.ts';
import {
  type EncodedPassage,
  encodedPassage,
  type Question,
  type QuestionWindow,
  windowsOf,
} from '../../text/question-windows.ts';
import { padId, type Vocabulary } from '../../text/vocabulary.ts';
import type { SpanFeeds } from '../../train/encoder-steps.ts';

/** The questions of a part as an encoder reads them. */
export interface ReadQuestions {
  readonly questions: readonly Question[];
  /** Of each question. */
  readonly passages: readonly EncodedPassage[];
  /** Of all questions, one after another. */
  readonly windows: readonly QuestionWindow[];
}

/** A batch of windows. */
export interface WindowBatch {
  readonly windows: readonly QuestionWindow[];
  readonly indices: readonly number[];
  /** What the masks of dropout follow from; absent: it is not trained on. */
  readonly dropoutSeed?: readonly [number, number];
}

/** Questions as windows of tokens of a vocabulary. */
export function readQuestions(
  questions: readonly Question[],
  vocabulary: Vocabulary,
  { dataset, text }: Pick<QuestionAnsweringConfig, 'dataset' | 'text'>,
): ReadQuestions {
  const known = new Map<string, EncodedPassage>();
  const passages = questions.map(({ passage }) => {
    const encoded = known.get(passage) ?? encodedPassage(passage, vocabulary, text.lowerCase);
    known.set(passage, encoded);
    return encoded;
  });
  const options = { ...dataset, lowerCase: text.lowerCase };
  const windows = questions.flatMap((question, index) =>
    windowsOf(question, index, passages[index]!, vocabulary, options),
  );
  return { questions, passages, windows };
}

/** Both parts of a cell's data. */
export function readParts(
  data: QuestionData,
  vocabulary: Vocabulary,
  config: Pick<QuestionAnsweringConfig, 'dataset' | 'text'>,
): Record<'train' | 'test', ReadQuestions> {
  return {
    train: readQuestions(data.train, vocabulary, config),
    test: readQuestions(data.test, vocabulary, config),
  };
}

/** Windows of a training batch, and whole batches of an epoch: what is left of windows then waits for the next one. */
export function epochOf(windows: number, batchSize: number): { rows: number; steps: number } {
  const rows = Math.min(batchSize, windows);
  return { rows, steps: Math.floor(windows / rows) };
}

/** An epoch's batches in an order of their own (`order/<epoch>`), with seeds of dropout (`dropout/<epoch>`). */
export function* trainBatches(
  { windows }: ReadQuestions,
  batchSize: number,
  epoch: number,
  streams: Streams,
): Generator<WindowBatch, void, undefined> {
  const { rows, steps } = epochOf(windows.length, batchSize);
  const order = permutation(windows.length, streams(`order/${epoch}`));
  const seeds = streams(`dropout/${epoch}`);
  const seed = () => Math.floor(seeds() * 2 ** 30);
  for (let step = 0; step < steps; step++) {
    const indices = [...order.subarray(step * rows, (step + 1) * rows)];
    yield { indices, windows: indices.map((index) => windows[index]!), dropoutSeed: [seed(), seed()] };
  }
}

/** Windows that are evaluated together. */
const evaluationBatch = 32;

/** All windows once, in order. */
export function* testBatches({ windows }: ReadQuestions): Generator<WindowBatch, void, undefined> {
  for (let from = 0; from < windows.length; from += evaluationBatch) {
    const own = windows.slice(from, from + evaluationBatch);
    yield { indices: own.map((_, row) => from + row), windows: own };
  }
}

/** Batches as they are drawn: which windows, their tokens and answers, and seeds. */
export function* drawnOf(batches: Iterable<WindowBatch>): Generator<Drawn<WindowBatch>, void, undefined> {
  for (const batch of batches) {
    const { windows, indices, dropoutSeed } = batch;
    yield {
      size: windows.length,
      shape: `${windows.length}x${windows[0]!.tokens.length}`,
      get parts() {
        const seeds = dropoutSeed === undefined ? {} : { 'dropout seeds': Int32Array.from(dropoutSeed) };
        const { tokens, starts, ends } = arraysOf(windows);
        return { order: Int32Array.from(indices), tokens, starts, ends, ...seeds };
      },
      batch: () => batch,
    };
  }
}

/** Low enough that its exponential is zero beside any other score. */
const excluded = -1e9;

/** The tensors of a batch. */
export function spanFeeds({ windows, dropoutSeed }: WindowBatch): SpanFeeds {
  const { tokens, starts, ends } = arraysOf(windows);
  const shape: [number, number] = [windows.length, windows[0]!.tokens.length];
  const seed: { dropoutSeed?: Tensor } =
    dropoutSeed === undefined ? {} : { dropoutSeed: tf.tensor1d([...dropoutSeed], 'int32') };
  return {
    tokens: tf.tensor2d(tokens, shape, 'int32'),
    mask: tf.tensor2d(
      Float32Array.from(tokens, (id) => (id === padId ? excluded : 0)),
      shape,
    ),
    starts: tf.tensor1d(starts, 'int32'),
    ends: tf.tensor1d(ends, 'int32'),
    ...seed,
  };
}

function arraysOf(windows: readonly QuestionWindow[]) {
  const length = windows[0]!.tokens.length;
  const tokens = new Int32Array(windows.length * length);
  for (const [row, window] of windows.entries()) tokens.set(window.tokens, row * length);
  return {
    tokens,
    starts: Int32Array.from(windows, ({ start }) => start),
    ends: Int32Array.from(windows, ({ end }) => end),
  };
}
