import { type Batch, testBatches } from '../../data/images/batches.ts';
import type { ImageData } from '../../data/images/images.ts';
import { graphForm } from '../../definition/graph-digest.ts';
import { withoutLeaks } from '../../engine/gradients.ts';
import { tf } from '../../engine/tensorflow.ts';
import { timeTask } from '../../measure/speed.ts';
import { tensorPeakBytes } from '../../measure/tensor-peak.ts';
import { countParameters } from '../../measure/weights.ts';
import { collapsed } from '../../methods/collapse.ts';
import type { Model } from '../../nn/model.ts';
import type { ExactCheck } from '../../record.ts';
import { totalParameters } from '../../shape/blueprint.ts';
import type { Sized } from '../../shape/sized.ts';
import type { Definition } from '../../spec/definition.ts';
import type { Collapse, Inference } from '../../spec/distillation.ts';
import { imageEvaluationStep, imageFeeds } from '../../train/image-steps.ts';
import { evaluationBatch } from '../image/training.ts';

/** Calls of an evaluation that are timed, after one that is not. */
const timedCalls = 5;

/** Logits may differ by so much, relative to an image's largest: rounding grows with the depth. */
const logitTolerance = 1e-4;
/** Images that may be told otherwise, where two classes are equally likely to rounding. */
const mostDiffering = 2;

/**
 * Collapses a trained network's factors, holds the collapsed network against it on all test images, and measures both
 * as they are used for inference.
 *
 * @param onBatch awaited after each batch, so that the caller stays responsive
 */
export async function collapseOf(model: Model, data: ImageData, onBatch: () => Promise<void>): Promise<Collapse> {
  const network = collapsed(model);
  try {
    const difference = await differenceOf(model, network, data, onBatch);
    return { ...difference, before: await inferenceOf(model, data), after: await inferenceOf(network, data) };
  } finally {
    disposeOf(network);
  }
}

/** What must be right of a collapsed network, whatever was trained: it is the dense one, and answers as before. */
export function collapseChecks(collapse: Collapse, dense: Pick<Sized['dense'], 'parameters' | 'macs'>): ExactCheck[] {
  const { largest_relative_difference: logits, differing_predictions: predictions, after } = collapse;
  const ofCollapsed = (name: string, expected: number, measured: number | null, tolerance: number): ExactCheck => {
    return { name: `collapsed network: ${name}`, expected, measured, tolerance };
  };
  return [
    ofCollapsed('relative difference of logits', 0, logits, logitTolerance),
    ofCollapsed('predictions that differ', 0, predictions, mostDiffering),
    ofCollapsed('parameters', dense.parameters, after.parameters, 0),
    ofCollapsed('multiply-accumulates', dense.macs, after.macs, 0),
  ];
}

type Difference = Omit<Collapse, 'before' | 'after'>;

async function differenceOf(
  before: Model,
  after: Model,
  data: ImageData,
  onBatch: () => Promise<void>,
): Promise<Difference> {
  let [examples, differing, largest] = [0, 0, 0];
  const right = { before: 0, after: 0 };
  for (const batch of testBatches(data, evaluationBatch)) {
    const [left, other] = [before, after].map((model) => logitsOf(model, batch, data));
    for (let image = 0; image < batch.size; image++) {
      const [s, t] = [left!, other!].map((logits) => logits.subarray(image * data.classes, (image + 1) * data.classes));
      const [was, is] = [mostLikely(s!), mostLikely(t!)];
      if (was !== is) differing++;
      if (was === batch.labels[image]) right.before++;
      if (is === batch.labels[image]) right.after++;
      // A difference that is no number stays: Math.max gives NaN.
      largest = Math.max(largest, relativeDifference(s!, t!));
    }
    examples += batch.size;
    await onBatch();
  }
  return {
    examples,
    accuracy: { before: right.before / examples, after: right.after / examples },
    largest_relative_difference: Number.isFinite(largest) ? largest : null,
    differing_predictions: differing,
  };
}

/** [batch · classes] */
function logitsOf(model: Model, batch: Batch, data: ImageData): Float32Array {
  let logits = new Float32Array();
  withoutLeaks('logits', () =>
    tf.tidy(() => {
      const { images } = imageFeeds(batch, shapeOf(data));
      logits = Float32Array.from(model.apply(images, { training: false }).dataSync());
    }),
  );
  return logits;
}

/** The class of the largest logit, the first of equal ones. */
function mostLikely(logits: Float32Array): number {
  return logits.indexOf(Math.max(...logits));
}

/** ‖t − s‖_∞/‖s‖_∞ */
export function relativeDifference(s: Float32Array, t: Float32Array): number {
  let [difference, size] = [0, 0];
  for (const [c, value] of s.entries()) {
    difference = Math.max(difference, Math.abs(t[c]! - value));
    size = Math.max(size, Math.abs(value));
  }
  return difference === 0 ? 0 : difference / size;
}

/** A network as it is used: recorded once and replayed, batch by batch. */
async function inferenceOf(model: Model, data: ImageData): Promise<Inference> {
  const { evaluation, feeds, size, graph, dispose } = evaluationOf(model, data);
  try {
    const operations = [...graph.flops.values()].reduce((sum, count) => sum + count, 0);
    const before = tf.memory().numBytes;
    const peak = await tensorPeakBytes(() => void tf.tidy(() => evaluation.runEagerly(feeds).loss.dataSync()));
    const once = () => tf.tidy(() => void evaluation.run(feeds).loss.dataSync());
    const { median } = await timeTask(once, { warmup: 1, timed: timedCalls });
    return {
      parameters: countParameters(model.variables).parameters,
      // Two operations are one multiply-accumulate.
      macs: operations / 2 / size,
      examples_per_second: (1000 * size) / median,
      tensor_peak_bytes: peak - before,
      graph: graph.digest,
    };
  } finally {
    dispose();
  }
}

/** What is run for inference after training: told of the network as it begins, whose graph is the same. */
export function collapseFacts(model: Model, data: ImageData): Definition['facts'] {
  const network = collapsed(model);
  const { graph, dispose } = evaluationOf(network, data);
  dispose();
  disposeOf(network);
  return { 'collapsed network': graph.digest, 'collapsed parameters': totalParameters(network.blueprint) };
}

/** The evaluation of a batch of test images, as recorded; the caller disposes of it. */
function evaluationOf(model: Model, data: ImageData) {
  const evaluation = imageEvaluationStep(model);
  const [batch] = testBatches(data, evaluationBatch);
  const feeds = imageFeeds(batch!, shapeOf(data));
  const graph = graphForm(evaluation.recorded(feeds));
  const dispose = () => {
    evaluation.dispose();
    tf.dispose(feeds);
  };
  return { evaluation, feeds, size: batch!.size, graph, dispose };
}

function disposeOf({ variables }: Model): void {
  for (const variable of variables) variable.dispose();
}

function shapeOf({ height, width, channels }: ImageData): number[] {
  return [height, width, channels];
}
