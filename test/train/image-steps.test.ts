import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { crossEntropy } from '../../harness/engine/ops/cross-entropy.ts';
import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import type { StatisticUpdates } from '../../harness/nn/layer.ts';
import { totalParameters } from '../../harness/shape/blueprint.ts';
import { regularizerNames } from '../../harness/spec/words.ts';
import { correctCount, imageFeeds, imageTrainingStep } from '../../harness/train/image-steps.ts';
import { composedFilter } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { halfSquare, map, randomValues, type Values } from '../helpers/reference.ts';
import { tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

const images = randomValues('images', [6, 8, 8, 3]);
const labels = [0, 1, 2, 0, 1, 2];

/** Loss gradients of a model as it stands, by variable name, and the statistics that it hands over. */
function lossGradients(model: ReturnType<typeof tinyModel>): {
  gradients: Map<string, Values>;
  updates: Map<string, Values>;
} {
  const trainable = model.variables.filter(({ role }) => role !== 'statistic');
  const [input, target] = [tensorOf(images), tf.tensor1d(labels, 'int32')];
  const updates: StatisticUpdates = [];
  const loss = () => crossEntropy(model.apply(input, { training: true, updates }), target, 0);
  const { gradients } = valueAndGradients(loss, trainable);
  return {
    gradients: new Map(trainable.map(({ name }, index) => [name, valuesOf(gradients[index]!)])),
    updates: new Map(updates.map(([{ name }, value]) => [name, valuesOf(value)])),
  };
}

/** The penalty's gradient ∂R/∂w for each variable, from the definitions of the regularizers. */
function penaltyGradients(
  model: ReturnType<typeof tinyModel>,
  regularizer: (typeof regularizerNames)[number],
): Map<string, Values> {
  const weights = new Map(model.variables.map(({ name, value }) => [name, valuesOf(value)]));
  if (regularizer === 'none') return new Map([...weights].map(([name, value]) => [name, map(value, () => 0)]));
  if (regularizer === 'no-factor-decay') {
    for (const { name, value } of model.variables.filter(({ role }) => role === 'factor')) {
      weights.set(
        name,
        map(valuesOf(value), () => 0),
      );
    }
  }
  if (regularizer === 'crs') {
    const trained = model.variables.filter(({ role }) => role !== 'statistic').map(({ size }) => size);
    const ratio = trained.reduce((sum, size) => sum + size, 0) / totalParameters(model.blueprint);
    for (const { name, value } of model.variables.filter(({ role }) => role === 'factor')) {
      weights.set(
        name,
        map(valuesOf(value), (number) => number * ratio),
      );
    }
  }
  if (regularizer === 'frobenius-decay') {
    for (const { variables } of model.compressed) {
      const [u, v] = variables.map(({ value }) => valuesOf(value));
      weights.set(
        variables[0]!.name,
        finiteDifferences((moved) => halfSquare(composedFilter(moved, v!)), u!),
      );
      weights.set(
        variables[1]!.name,
        finiteDifferences((moved) => halfSquare(composedFilter(u!, moved)), v!),
      );
    }
  }
  return weights;
}

const learningRates = [0.5, 0.125];
const { momentum, decay } = tinyTraining;

describe.each(regularizerNames)('two training steps with %s', (regularizer) => {
  test('follow b ← μ·b + (∇loss + λ·∂R), w ← w − η·b, and assign the running statistics', () => {
    // The second model stays a step behind, to take gradients at the point that the step starts from.
    const [model, twin] = [tinyModel({ shape: { width: 2 } }), tinyModel({ shape: { width: 2 } })];
    const step = imageTrainingStep(model, tinyTraining, regularizer);
    const buffers = new Map<string, Values>();
    for (const learningRate of learningRates) {
      const { gradients, updates } = lossGradients(twin);
      const penalties = penaltyGradients(twin, regularizer);
      tf.tidy(() => {
        const [input, target] = [tensorOf(images), tf.tensor1d(labels, 'int32')];
        step.run({ images: input, labels: target, learningRate: tf.scalar(learningRate) });
      });
      model.variables.forEach((variable, index) => {
        const { name } = variable;
        const before = valuesOf(twin.variables[index]!.value);
        if (variable.role === 'statistic') {
          expect(valuesOf(variable.value)).toEqual(updates.get(name));
        } else {
          const gradient = gradients.get(name)!;
          const penalty = penalties.get(name)!;
          const buffer = map(gradient, (value, flat) => {
            return momentum * (buffers.get(name)?.data[flat] ?? 0) + value + decay * penalty.data[flat]!;
          });
          buffers.set(name, buffer);
          expectClose(
            variable.value,
            map(before, (value, flat) => value - learningRate * buffer.data[flat]!),
            3e-6,
          );
        }
        twin.variables[index]!.assign(variable.value.clone());
      });
    }
  });
});

describe('imageTrainingStep', () => {
  test('gives the loss and the right answers before its update', () => {
    const [model, twin] = [tinyModel(), tinyModel()];
    const [input, target] = [tensorOf(images), tf.tensor1d(labels, 'int32')];
    const logits = twin.apply(input, { training: true, updates: [] });
    const rows = logits.arraySync() as number[][];
    const right = rows.filter((row, n) => row.indexOf(Math.max(...row)) === labels[n]).length;
    const result = imageTrainingStep(model, tinyTraining, 'none').run({
      images: input,
      labels: target,
      learningRate: tf.scalar(0.1),
    });
    expect(result.loss.dataSync()[0]).toBe(crossEntropy(logits, target, 0).dataSync()[0]);
    expect(result.correct.dataSync()[0]).toBe(right);
  });

  test('trains with the smoothed loss where smoothing is set', () => {
    const input = { images: tensorOf(images), labels: tf.tensor1d(labels, 'int32'), learningRate: tf.scalar(0.1) };
    const [plain, smoothed] = [0, 0.2].map(
      (labelSmoothing) =>
        imageTrainingStep(tinyModel(), { ...tinyTraining, labelSmoothing }, 'none')
          .run(input)
          .loss.dataSync()[0]!,
    );
    const logits = tinyModel().apply(input.images, { training: true, updates: [] });
    const logProbabilities = tf.logSoftmax(logits).arraySync() as number[][];
    const meanOverClasses =
      -logProbabilities.flat().reduce((sum, value) => sum + value, 0) / logProbabilities.flat().length;
    expect(smoothed!).toBeCloseTo(0.8 * plain! + 0.2 * meanOverClasses, 5);
  });

  test('owns weights, statistics and one momentum buffer a trainable variable, all with names of their own', () => {
    const model = tinyModel();
    const { variables } = imageTrainingStep(model, tinyTraining, 'none');
    const trainable = model.variables.filter(({ role }) => role !== 'statistic').length;
    expect(variables.length).toBe(model.variables.length + trainable);
    expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
  });

  test('leaves its three scalars only, step after step', () => {
    const step = imageTrainingStep(tinyModel(), tinyTraining, 'frobenius-decay');
    const feeds = { images: tensorOf(images), labels: tf.tensor1d(labels, 'int32'), learningRate: tf.scalar(0.1) };
    const counts = [0, 1, 2, 3].map(() => {
      const { loss, correct, count: examples } = step.run(feeds);
      expect(examples.dataSync()[0]).toBe(6);
      const count = tf.memory().numTensors;
      tf.dispose([loss, correct, examples] as Tensor[]);
      return count - tf.memory().numTensors === 3 ? tf.memory().numTensors : -1;
    });
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThan(0);
  });
});

test('correctCount counts rows whose largest logit is at the label', () => {
  const logits = tf.tensor2d([
    [1, 2, 3],
    [3, 2, 1],
    [0, 5, -5],
    [-3, -2, -1],
  ]);
  expect(correctCount(logits, tf.tensor1d([2, 0, 2, 2], 'int32')).dataSync()[0]).toBe(3);
});

test('imageFeeds copies the images and labels of a batch, whose buffer is used again', () => {
  const batch = { size: 2, images: Float32Array.of(1, 2, 3, 4), labels: Int32Array.of(7, 1) };
  const { images, labels } = imageFeeds(batch, [1, 2, 1]);
  expect([images.shape, labels.shape, labels.dtype]).toEqual([[2, 1, 2, 1], [2], 'int32']);
  const doubled = images.mul(2);
  batch.images.fill(0);
  expect([...doubled.dataSync()]).toEqual([2, 4, 6, 8]);
  expect([...labels.dataSync()]).toEqual([7, 1]);
});
