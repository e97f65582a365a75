import { describe, expect, test } from 'vitest';
import { evaluationFlops, trainingFlops } from '../../harness/bench/benchmark.ts';
import { profileOperations } from '../../harness/engine/op-profile.ts';
import { operationFlops } from '../../harness/engine/operation-flops.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { denseMacs, totalMacs } from '../../harness/shape/blueprint.ts';
import { imageTrainingStep } from '../../harness/train/image-steps.ts';
import { tensorOf } from '../helpers/engine.ts';
import { randomValues } from '../helpers/reference.ts';
import { tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

type Shapes = number[][];

describe('operationFlops', () => {
  test.each<[string, Shapes, Shapes, number]>([
    // 2 · 7 · 4 outputs from each of 2 images, each a sum of 3 · 5 · 6 products: 2 · 112 · 90.
    [
      'Conv2D',
      [
        [2, 9, 8, 6],
        [3, 5, 6, 4],
      ],
      [[2, 7, 2, 4]],
      20160,
    ],
    ['Conv2DBackpropInput', [[4], [3, 5, 6, 4], [2, 7, 2, 4]], [[2, 9, 8, 6]], 20160],
    ['Conv2DBackpropFilter', [[2, 9, 8, 6], [4], [2, 7, 2, 4]], [[3, 5, 6, 4]], 20160],
    // [3, 5] times [5, 7]: 21 outputs of 5 products each.
    [
      'MatMul',
      [
        [3, 5],
        [5, 7],
      ],
      [[3, 7]],
      210,
    ],
    // The first factor transposed.
    [
      'MatMul',
      [
        [5, 3],
        [5, 7],
      ],
      [[3, 7]],
      210,
    ],
    // Ten products, whether each has its own first factor or all share one.
    [
      'BatchMatMulV2',
      [
        [2, 5, 3, 4],
        [2, 5, 4, 6],
      ],
      [[2, 5, 3, 6]],
      1440,
    ],
    [
      'BatchMatMulV2',
      [
        [3, 4],
        [2, 5, 4, 6],
      ],
      [[2, 5, 3, 6]],
      1440,
    ],
    [
      'BatchMatMulV2',
      [
        [0, 4],
        [4, 6],
      ],
      [[0, 6]],
      0,
    ],
  ])('counts two for each multiply-accumulate of %s %j -> %j', (op, inputShapes, outputShapes, flops) => {
    expect(operationFlops({ op, inputShapes, outputShapes })).toBe(flops);
  });

  test('is null for other operations', () => {
    expect(operationFlops({ op: 'Relu', inputShapes: [[2, 3]], outputShapes: [[2, 3]] })).toBeNull();
  });

  test('adds up to what the blueprint says of a network’s forward pass, and of a training step', () => {
    const batchSize = 4;
    const model = tinyModel({ method: 'dense' });
    const macs = totalMacs(model.blueprint);
    const images = tensorOf(randomValues('images', [batchSize, 8, 8, 3]));
    const labels = tf.tensor1d([0, 1, 2, 0], 'int32');
    const flopsOf = (run: () => void) =>
      profileOperations(() => tf.tidy(run)).calls.reduce((sum, call) => sum + (operationFlops(call) ?? 0), 0);
    expect(flopsOf(() => void model.apply(images, { training: false }))).toBe(evaluationFlops(macs, batchSize));
    const step = imageTrainingStep(model, tinyTraining, 'weight-decay');
    const feeds = { images, labels, learningRate: tf.scalar(0.1) };
    // The first convolution's input, the images, needs no gradient; a step's count includes it.
    const unused = evaluationFlops(denseMacs(model.blueprint.layers[0]!), batchSize);
    expect(flopsOf(() => void step.runEagerly(feeds))).toBe(trainingFlops(macs, batchSize) - unused);
  });
});
