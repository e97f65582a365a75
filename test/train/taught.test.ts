import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { imageTrainingStep, taughtBy } from '../../harness/train/image-steps.ts';
import { tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { at, randomValues, softmaxCrossEntropy, type Values, values } from '../helpers/reference.ts';
import { normalizationsMoved, tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

const images = randomValues('images', [6, 8, 8, 3]);
const labels = [0, 1, 2, 0, 1, 2];
const [temperature, weight] = [3, 0.7];
const feeds = () => ({ images: tensorOf(images), labels: tf.tensor1d(labels, 'int32') });

const teacherModel = () => normalizationsMoved(tinyModel({ method: 'dense', seed: 7, shape: { width: 6 } }));

/** (1 − w)·cross-entropy + w·T²·KL of logits, from the definition. */
function lossOf(logits: Values, soft: Values): number {
  const [batch, classes] = logits.shape as [number, number];
  const cooled = (x: Values) =>
    values(
      x.shape,
      [...x.data].map((value) => value / temperature),
    );
  let divergence = 0;
  for (let n = 0; n < batch; n++) {
    const exps = (x: Values) => Array.from({ length: classes }, (_, c) => Math.exp(at(x, n, c)));
    const [p, q] = [cooled(soft), cooled(logits)].map((x) => {
      const all = exps(x);
      return all.map((value) => value / all.reduce((sum, one) => sum + one, 0));
    });
    divergence += p!.reduce((sum, share, c) => sum + share * Math.log(share / q![c]!), 0) / batch;
  }
  return (1 - weight) * softmaxCrossEntropy(logits, labels, 0) + weight * temperature ** 2 * divergence;
}

test('the loss of a taught network mixes labels and soft targets, and has their gradient for the logits', () => {
  const [model, teacher] = [tinyModel(), teacherModel()];
  const { loss, fixed } = taughtBy(model, { teacher, temperature, weight, labelSmoothing: 0 });
  const [logits, soft] = [model, teacher].map((of) => {
    return valuesOf(of.apply(tensorOf(images), of === model ? { training: true, updates: [] } : { training: false }));
  });
  const terms = loss(feeds());
  expect(terms.loss.dataSync()[0]).toBeCloseTo(lossOf(logits!, soft!), 5);
  expect(terms.count.dataSync()[0]).toBe(6);
  expect(fixed).toEqual(teacher.variables);
  // The classifier's bias is added to every image's logits: its gradient is theirs, summed over the batch.
  const bias = model.variables.find(({ name }) => name === 'classifier.bias')!;
  const before = valuesOf(bias.value);
  const slopes = finiteDifferences((moved) => lossOf(moved, soft!), logits!);
  const step = imageTrainingStep(model, { ...tinyTraining, momentum: 0 }, 'none', new Map(), { loss, fixed });
  tf.tidy(() => void step.run({ ...feeds(), learningRate: tf.scalar(1) }));
  valuesOf(bias.value).data.forEach((value, c) => {
    const gradient = labels.reduce((sum, _, n) => sum + at(slopes, n, c), 0);
    expect(before.data[c]! - value).toBeCloseTo(gradient, 5);
  });
});

test('steps leave the teacher as it is, and leak nothing', () => {
  const [model, teacher] = [tinyModel(), teacherModel()];
  const before = teacher.variables.map(({ value }) => valuesOf(value));
  const teaching = taughtBy(model, { teacher, temperature, weight, labelSmoothing: 0 });
  const step = imageTrainingStep(model, tinyTraining, 'weight-decay', new Map(), teaching);
  expect(step.optimizer.slots.length).toBe(model.variables.filter(({ role }) => role !== 'statistic').length);
  const losses = [0, 1, 2, 3].map(() =>
    tf.tidy(() => step.run({ ...feeds(), learningRate: tf.scalar(0.05) }).loss.dataSync()[0]!),
  );
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect(teacher.variables.map(({ value }) => valuesOf(value))).toEqual(before);
  const tensors = tf.memory().numTensors;
  tf.tidy(() => void step.run({ ...feeds(), learningRate: tf.scalar(0.05) }));
  expect(tf.memory().numTensors).toBe(tensors);
});

test('follows the teacher’s weights: another teacher gives another loss, whose graph is the same', () => {
  const [model, teacher] = [tinyModel(), teacherModel()];
  const teaching = taughtBy(model, { teacher, temperature, weight, labelSmoothing: 0 });
  const step = imageTrainingStep(model, tinyTraining, 'none', new Map(), teaching);
  const lossNow = () => tf.tidy(() => step.run({ ...feeds(), learningRate: tf.scalar(0) }).loss.dataSync()[0]!);
  const first = lossNow();
  const classifier = teacher.variables.find(({ name }) => name === 'classifier.weight')!;
  classifier.assign(tf.mul(classifier.value, -2));
  expect(Math.abs(lossNow() - first)).toBeGreaterThan(0.01);
});

test('without weight on soft targets is the training by labels', () => {
  const [taught, plain] = [tinyModel(), tinyModel()];
  const teaching = taughtBy(taught, { teacher: teacherModel(), temperature, weight: 0, labelSmoothing: 0.1 });
  const training = { ...tinyTraining, labelSmoothing: 0.1 };
  const steps = [
    imageTrainingStep(taught, training, 'frobenius-decay', new Map(), teaching),
    imageTrainingStep(plain, training, 'frobenius-decay'),
  ];
  for (const step of steps) tf.tidy(() => void step.run({ ...feeds(), learningRate: tf.scalar(0.1) }));
  const valuesIn = (model: typeof taught) => model.variables.map(({ value }) => valuesOf(value));
  expect(valuesIn(taught)).toEqual(valuesIn(plain));
});
