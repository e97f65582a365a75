import type { FrameData, Piece } from '../../data/frames/pieces.ts';
import { matMul } from '../../engine/algebra/mat-mul.ts';
import { biasAdd } from '../../engine/ops/bias-add.ts';
import type { RecordedStep } from '../../engine/record-step.ts';
import { replaying } from '../../engine/replay.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { Errors } from '../../spec/twin-regularization.ts';
import { type FrameBatch, frameFeeds, heldOutBatches } from './batches.ts';
import { editCount, type PhoneErrors, phoneErrors } from './phones.ts';
import { noMasks, type Recognizer, statesOf } from './recognizer.ts';
import type { FrameFeeds } from './twin.ts';

/** Tells classes of frames by a recorded graph. */
export interface Recognition {
  /** Logits, a row a frame, t·size + b. */
  logits(batch: FrameBatch): Float32Array;
  recorded(feeds: FrameFeeds): RecordedStep;
  dispose(): void;
}

/**
 * The recognition of frames, as it is used: without a twin.
 *
 * @param variables all that there are, a twin's included: those that it does not read are none of its parameters
 */
export function recognition(recognizer: Recognizer, variables: readonly Variable[]): Recognition {
  const { weight, bias } = recognizer.output;
  const step = replaying((feeds: FrameFeeds) => {
    const states = statesOf(recognizer, feeds, { pass: { training: false }, masks: noMasks }).at(-1)!;
    const rows = tf.reshape(states, [-1, states.shape[2]!]);
    return { logits: biasAdd(matMul(rows, weight.value), bias.value) };
  }, variables);
  return {
    logits: (batch) => tf.tidy(() => step.run(frameFeeds(batch)).logits.dataSync() as Float32Array),
    recorded: step.recorded,
    dispose: step.dispose,
  };
}

/** What is told of a part. */
export interface Recognized extends Errors {
  /** −ln p of the labels, mean over the frames, in nats. */
  loss: number;
  edits: PhoneErrors;
}

/**
 * Errors of a part of the data: frames whose likeliest class is not their label, and edits over phones, utterance by
 * utterance. `onBatch` is awaited after each batch.
 *
 * @throws Error where the part has no phones to be told
 */
export async function recognized(
  { logits }: Pick<Recognition, 'logits'>,
  pieces: readonly Piece[],
  data: FrameData,
  onBatch: () => Promise<void>,
): Promise<Recognized> {
  const utterances = new Map<number, { right: number[]; heard: number[] }>();
  let [loss, wrong, frames] = [0, 0, 0];
  for (const { own, batch } of heldOutBatches(pieces, data)) {
    const scores = logits(batch);
    own.forEach(({ utterance, labels }, column) => {
      const told = utterances.get(utterance) ?? { right: [], heard: [] };
      utterances.set(utterance, told);
      labels.forEach((label, frame) => {
        const row = (frame * batch.size + column) * data.classes;
        const { likeliest, surprise } = toldOf(scores.subarray(row, row + data.classes), label);
        loss += surprise;
        frames++;
        if (likeliest !== label) wrong++;
        told.right.push(label);
        told.heard.push(likeliest);
      });
    });
    await onBatch();
  }
  const edits = phoneErrors(utterances.values(), data.blank);
  return { loss: loss / frames, frame_error: wrong / frames, phone_error: editCount(edits) / edits.phones, edits };
}

/** The class of the largest logit, the first of equal ones, and −ln p of the label, in float64. */
function toldOf(logits: Float32Array, label: number): { likeliest: number; surprise: number } {
  let likeliest = 0;
  for (let other = 1; other < logits.length; other++) if (logits[other]! > logits[likeliest]!) likeliest = other;
  const largest = logits[likeliest]!;
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return { likeliest, surprise: Math.log(sum) + largest - logits[label]! };
}
