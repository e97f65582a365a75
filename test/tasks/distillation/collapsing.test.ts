import { describe, expect, test } from 'vitest';
import { testBatches } from '../../../harness/data/images/batches.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { passes } from '../../../harness/record.ts';
import { totalMacs, totalParameters } from '../../../harness/shape/blueprint.ts';
import { type Collapse, collapseSchema } from '../../../harness/spec/distillation.ts';
import { collapseChecks, collapseOf, relativeDifference } from '../../../harness/tasks/distillation/collapsing.ts';
import { imageEvaluationStep, imageFeeds } from '../../../harness/train/image-steps.ts';
import { normalizationsMoved, tinyData, tinyModel } from '../../helpers/tiny-training.ts';
import '../../helpers/engine.ts';

const data = tinyData(24, 40);
const model = normalizationsMoved(tinyModel({ scale: 3 }));
const dense = { parameters: totalParameters(model.blueprint), macs: totalMacs(model.blueprint) };
const before = tf.memory().numTensors;
let batches = 0;
const collapse = await collapseOf(model, data, async () => {
  batches++;
});
const left = tf.memory().numTensors - before;

describe('a collapsed network', () => {
  test('is measured beside the trained one on all test images, and freed', () => {
    expect(collapseSchema.parse(collapse)).toEqual(collapse);
    expect([collapse.examples, batches, left]).toEqual([40, 1, 0]);
    const [batch] = testBatches(data, 40);
    const correct = tf.tidy(
      () =>
        imageEvaluationStep(model)
          .run(imageFeeds(batch!, [8, 8, 3]))
          .correct.dataSync()[0]!,
    );
    expect(collapse.accuracy).toEqual({ before: correct / 40, after: correct / 40 });
  });

  test('has the dense network’s parameters and operations, counted in the graph', () => {
    expect(collapse.after).toMatchObject(dense);
    expect(collapse.before.parameters).toBeGreaterThan(3 * dense.parameters);
    // Composition is shared by the 40 images.
    expect(collapse.before.macs).toBeGreaterThan(dense.macs);
    expect(collapse.before.graph).not.toBe(collapse.after.graph);
    expect(collapse.after.tensor_peak_bytes).toBeLessThan(collapse.before.tensor_peak_bytes);
  });

  test('passes its checks of exactness', () => {
    const checks = collapseChecks(collapse, dense);
    expect(checks.map((check) => [check.name, passes(check)])).toEqual([
      ['collapsed network: relative difference of logits', true],
      ['collapsed network: predictions that differ', true],
      ['collapsed network: parameters', true],
      ['collapsed network: multiply-accumulates', true],
    ]);
    expect(collapse.largest_relative_difference).toBeLessThan(1e-5);
  });
});

const off = (change: Partial<Collapse>) =>
  collapseChecks({ ...collapse, ...change }, dense)
    .filter((check) => !passes(check))
    .map(({ name }) => name.replace('collapsed network: ', ''));

test.each<[string, Partial<Collapse>, string[]]>([
  ['logits beyond 1e-4', { largest_relative_difference: 1.01e-4 }, ['relative difference of logits']],
  ['logits within 1e-4', { largest_relative_difference: 0.99e-4 }, []],
  ['no finite logits', { largest_relative_difference: null }, ['relative difference of logits']],
  ['three other predictions', { differing_predictions: 3 }, ['predictions that differ']],
  ['two other predictions', { differing_predictions: 2 }, []],
  ['a parameter more', { after: { ...collapse.after, parameters: dense.parameters + 1 } }, ['parameters']],
  ['an operation less', { after: { ...collapse.after, macs: dense.macs - 1 } }, ['multiply-accumulates']],
])('the checks tell %s', (_, change, expected) => {
  expect(off(change)).toEqual(expected);
});

test('logits differ by the largest difference over the largest logit', () => {
  const of = (...values: number[]) => Float32Array.from(values);
  expect(relativeDifference(of(1, -4, 2), of(1.5, -4, 1))).toBe(0.25);
  expect(relativeDifference(of(0, 0), of(0, 0))).toBe(0);
  expect(relativeDifference(of(0, 0), of(0, 1))).toBe(Number.POSITIVE_INFINITY);
  expect(relativeDifference(of(1, 2), of(1, Number.NaN))).toBeNaN();
});
