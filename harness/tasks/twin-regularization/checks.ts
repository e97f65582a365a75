import type { FrameData } from '../../data/frames/pieces.ts';
import { graphForm } from '../../definition/graph-digest.ts';
import type { RecordedStep } from '../../engine/record-step.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import { gaussian, streamsOf } from '../../random.ts';
import type { ExactCheck } from '../../record.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { type FrameBatch, frameFeeds, heldOutBatches } from './batches.ts';
import { parametersOf, planUnidirectional, type RecognizerConfig, type RecognizerPlan } from './plan.ts';
import type { Recognition } from './recognition.ts';

/** Quantities of a recognizer whose right values are known, whatever was trained. */

export interface CheckedRecognizer {
  config: RecognizerConfig;
  plan: RecognizerPlan;
  recognition: Recognition;
  /** All that there are, the twin's included. */
  variables: readonly Variable[];
  data: FrameData;
}

/**
 * That what is told of a frame does not change, not by a bit, when the frames that the recognizer must not have seen do;
 * and that the graph by which frames are recognized multiplies as often, and reads as many numbers, as the unidirectional
 * network without a twin. One that looks ahead or reads both ways is held against its own formula.
 */
export function recognizerChecks(checked: CheckedRecognizer): ExactCheck[] {
  const { config, plan, recognition, variables, data } = checked;
  const twinless = config.method === 'look-ahead' || config.method === 'bidirectional';
  const expected = twinless ? plan : planUnidirectional(config, data);
  const of = twinless ? 'by formula' : 'of the unidirectional network';
  const batch = firstBatch(data);
  const used = tf.tidy(() => usedBy(recognition.recorded(frameFeeds(batch)), batch, variables));
  const equal = (name: string, right: number, measured: number): ExactCheck => {
    return { name: `${name} at test: ${of}`, expected: right, measured, tolerance: 0 };
  };
  return [
    ...(config.method === 'bidirectional' ? [] : [blindness(checked, batch)]),
    equal('multiply-accumulates a frame', expected.budget.passMacs, used.macs),
    equal('parameters', parametersOf(expected), used.parameters),
  ];
}

function firstBatch(data: FrameData): FrameBatch {
  const [first] = heldOutBatches(data.pieces.test, data);
  return first!.batch;
}

/** The frames after which all are changed, as shares of all frames. */
const cuts = [0, 0.25, 0.5, 0.75];

/** The largest change of what is told of frames up to a cut, when those more than L behind it are drawn anew. */
function blindness({ config: { lookAhead }, recognition: { logits }, data }: CheckedRecognizer, batch: FrameBatch) {
  const { frames } = batch;
  const before = logits(batch);
  let largest = 0;
  for (const share of cuts) {
    const cut = Math.floor(share * (frames - 1));
    const after = logits(withOtherFutures(batch, cut + lookAhead));
    for (let at = 0; at < (cut + 1) * batch.size * data.classes; at++) {
      const change = Math.abs(after[at]! - before[at]!);
      // One that is no number must not pass for none.
      if (!(change <= largest)) largest = change;
    }
  }
  const beyond = lookAhead === 0 ? 'future frames' : `frames more than ${lookAhead} ahead`;
  return {
    name: `outputs when ${beyond} change: largest difference`,
    expected: 0,
    measured: finiteOrNull(largest),
    tolerance: 0,
  };
}

/** A batch whose frames behind `last`, counted from 0, are draws of N(0, 1). */
export function withOtherFutures(batch: FrameBatch, last: number): FrameBatch {
  const { size, dimension } = batch;
  const kept = Math.min((last + 1) * size * dimension, batch.features.length);
  const features = Float32Array.from(batch.features);
  features.set(gaussian(features.length - kept, 1, streamsOf('other futures', 0)(String(last))), kept);
  return { ...batch, features };
}

/** What a recorded recognition takes: multiply-accumulates a frame, and numbers of the variables that it reads. */
function usedBy(recorded: RecordedStep, { frames, size }: FrameBatch, variables: readonly Variable[]) {
  const products = [...graphForm(recorded).flops.values()].reduce((sum, flops) => sum + flops, 0);
  const read = new Set(recorded.nodes.flatMap(({ inputs }) => inputs.map((input) => input.split(':')[0])));
  const names = new Set(
    recorded.inputs.filter(({ node, kind }) => kind === 'variable' && read.has(node)).map(({ name }) => name),
  );
  const parameters = variables
    .filter(({ name, role }) => role !== 'statistic' && names.has(name))
    .reduce((sum, { size: own }) => sum + own, 0);
  return { macs: products / 2 / (frames * size), parameters };
}
