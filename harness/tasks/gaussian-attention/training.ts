import type { Knowledge, Questions } from '../../data/triples/knowledge.ts';
import type { AnsweredQuestion } from '../../data/triples/questions.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import type { RecordedStep } from '../../engine/record-step.ts';
import { replaying } from '../../engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import { streamsOf } from '../../random.ts';
import { noDecay } from '../../regularize/decay.ts';
import { type SortName, sortNames } from '../../spec/gaussian-attention.ts';
import { type Loss, type TrainingStep, trainingStep } from '../../train/step.ts';
import { heldOutText, type QuestionBatch, symbolBatch, textBatch } from './batches.ts';
import type { Encoder } from './encoder.ts';
import { attentionScores, conditionsOf, type Memory } from './memory.ts';
import { meanScores, questionScores, type RankScores } from './ranking.ts';

/** A batch as tensors, as `QuestionBatch` has it. */
export type QuestionFeeds = {
  starts: Tensor;
  answers: Tensor;
  counts?: Tensor;
  words?: Tensor;
  present?: Tensor;
};

/** What answers questions: a memory, and what reads words; null: nothing does. */
export interface Answerer {
  readonly memory: Memory;
  readonly encoder: Encoder | null;
}

/** The tensors of a batch. */
export function questionFeeds({ starts, answers, counts, words, present }: QuestionBatch): QuestionFeeds {
  const rows = starts.length;
  const matrix = (values: Float32Array) => tf.tensor2d(values, [rows, values.length / rows]);
  return {
    starts: tf.tensor1d(starts, 'int32'),
    answers: tf.tensor1d(answers, 'int32'),
    ...(counts === undefined ? {} : { counts: matrix(counts) }),
    ...(words === undefined ? {} : { words: matrix(words) }),
    ...(present === undefined ? {} : { present: matrix(present) }),
  };
}

/** The attention scores of all entities, [questions, entities]. */
export function scoresOf(
  { memory, encoder }: Answerer,
  { starts, answers, counts, words, present }: QuestionFeeds,
): Tensor {
  const along = counts ?? encoder!.counts(words!);
  return attentionScores(memory, conditionsOf(memory, starts, along), starts.size / answers.size, present);
}

/**
 * −ln of the attention softmax(s) that the answer gets, mean over the batch: all entities are in the memory, so that
 * none has to be drawn to be held against.
 */
export function answerLoss(answerer: Answerer): Loss<QuestionFeeds> {
  return (feeds) => {
    const scores = scoresOf(answerer, feeds);
    const right = tf.equal(tf.argMax(scores, 1), feeds.answers);
    const correct = tf.sum(tf.cast(right, 'float32')) as Scalar;
    return { loss: crossEntropy(scores, feeds.answers, 0), correct, count: tf.fill([], feeds.answers.size) as Scalar };
  };
}

/** Adam as it was published (Kingma and Ba 2015). */
const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** A training step of the memory by symbols. */
export function memoryStep(memory: Memory): TrainingStep<QuestionFeeds> {
  const loss = answerLoss({ memory, encoder: null });
  return trainingStep({ variables: memory.variables, loss, decay: noDecay, optimizer });
}

/** A training step of the encoder by questions in words: gradients go through the attention, and leave the memory. */
export function encoderStep(memory: Memory, encoder: Encoder): TrainingStep<QuestionFeeds> {
  const loss = answerLoss({ memory, encoder });
  return trainingStep({ variables: encoder.variables, fixed: memory.variables, loss, decay: noDecay, optimizer });
}

/** η of a step, counted from 0: it falls evenly from the first step's to the last one's. */
export function linearRate(
  step: number,
  steps: number,
  { learningRate, finalLearningRate }: { learningRate: number; finalLearningRate: number },
): number {
  return steps === 1 ? learningRate : learningRate + ((finalLearningRate - learningRate) * step) / (steps - 1);
}

/** Questions that are answered at once. */
export const answeredTogether = 128;

/** Answers questions by a recorded graph. */
export interface Answering {
  /** Row by row the scores of all entities; there may be more rows than questions. */
  scores(batch: QuestionBatch): Float32Array;
  recorded(feeds: QuestionFeeds): RecordedStep;
  dispose(): void;
}

/** The answering of questions by a memory, and by an encoder where it reads words. */
export function answering(answerer: Answerer): Answering {
  const variables: readonly Variable[] = [...answerer.memory.variables, ...(answerer.encoder?.variables ?? [])];
  const step = replaying((feeds: QuestionFeeds) => ({ scores: scoresOf(answerer, feeds) }), variables);
  return {
    scores: (batch) => tf.tidy(() => step.run(questionFeeds(batch)).scores.dataSync() as Float32Array),
    recorded: step.recorded,
    dispose: step.dispose,
  };
}

/** How questions are asked: as symbols, or in words. */
export type Manner = 'symbols' | 'words';

/** Held-out questions of a part and sort in batches of equal size: the last one is filled up with its first question. */
export function heldOutBatches(
  questions: readonly AnsweredQuestion[],
  manner: Manner,
  { part, sort, knowledge }: { part: string; sort: SortName; knowledge: Knowledge },
): QuestionBatch[] {
  const batches: QuestionBatch[] = [];
  for (let from = 0; from < questions.length; from += answeredTogether) {
    const own = questions.slice(from, from + answeredTogether);
    const filled = Array.from({ length: answeredTogether }, (_, row) => own[row] ?? own[0]!);
    const answers = filled.map(({ asked }) => asked[0]!);
    const text = (question: AnsweredQuestion, row: number) =>
      heldOutText(question, textStreams, `${part}/${sort}`, from + row);
    batches.push(manner === 'symbols' ? symbolBatch(filled, answers, knowledge) : textBatch(filled.map(text), answers));
  }
  return batches;
}

/** How a held-out question is said is the same for all cells. */
const textStreams = streamsOf('questions/1', 0);

/** Scores by sort of the questions of a part. `onBatch` is awaited after each batch. */
export async function ranked(
  { scores }: Pick<Answering, 'scores'>,
  manner: Manner,
  { part, questions, knowledge }: { part: string; questions: Questions; knowledge: Knowledge },
  onBatch: () => Promise<void>,
): Promise<Record<SortName, RankScores>> {
  const found: Partial<Record<SortName, RankScores>> = {};
  for (const sort of sortNames) {
    const own = questions[sort];
    const all: RankScores[] = [];
    for (const batch of heldOutBatches(own, manner, { part, sort, knowledge })) {
      const rows = scores(batch);
      const count = Math.min(answeredTogether, own.length - all.length);
      for (let row = 0; row < count; row++) {
        const { entities } = knowledge;
        all.push(questionScores(rows.subarray(row * entities, (row + 1) * entities), own[all.length]!));
      }
      await onBatch();
    }
    found[sort] = meanScores(all);
  }
  return found as Record<SortName, RankScores>;
}

/** Each sort counts a third. */
export function overSorts(bySort: Readonly<Record<SortName, RankScores>>): RankScores {
  return meanScores(sortNames.map((sort) => bySort[sort]));
}
