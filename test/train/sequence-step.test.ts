import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../../harness/engine/cross-entropy.ts';
import { valueAndGradients, withoutLeaks } from '../../harness/engine/gradients.ts';
import { type Scalar, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { denseMatrices } from '../../harness/methods/dense-matrix.ts';
import type { SequenceModel } from '../../harness/nn/sequence-model.ts';
import { transformerParameters } from '../../harness/nn/transformer-blueprint.ts';
import { streamsOf } from '../../harness/random.ts';
import { type RegularizerName, regularizerNames } from '../../harness/spec.ts';
import {
  type SequenceBatch,
  type SequenceTraining,
  sequenceEvaluationStep,
  sequenceTrainingStep,
} from '../../harness/train/sequence-step.ts';
import { expectClose, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { at, halfSquare, matMul, transposed, type Values, values } from '../helpers/reference.ts';
import {
  idTensor,
  inputTensors,
  maskTensor,
  padding,
  randomized,
  sentences,
  type TinyTransformerOptions,
  tinyTransformer,
} from '../helpers/tiny-transformer.ts';

const training: SequenceTraining = {
  ...{ momentum: 0.9, clipNorm: 0.5, labelSmoothing: 0.1, regularizer: 'none', decay: 0.01 },
};
const plainBatch = (): SequenceBatch => ({ ...inputTensors(sentences), labels: idTensor(sentences.labels) });
const paddedBatch = (): SequenceBatch => ({
  ...inputTensors({ ...sentences, ...padding }),
  labels: idTensor(sentences.labels),
  weights: maskTensor(padding.weights),
});
const numbers = (result: Record<string, Scalar>) =>
  Object.fromEntries(Object.entries(result).map(([name, value]) => [name, value.dataSync()[0]!]));

/** A batch of random tokens in the tiny model's vocabularies. */
function randomBatch(name: string, batch: number, source: number, target: number): SequenceBatch {
  const draw = streamsOf('sequence-step', 0)(name);
  const ids = (length: number, vocabulary: number): Tensor =>
    tf.tensor2d(
      Int32Array.from({ length: batch * length }, () => Math.floor(vocabulary * draw())),
      [batch, length],
      'int32',
    );
  return { source: ids(source, 6), target: ids(target, 5), labels: ids(target, 5) };
}

describe('the replayed steps give the bits of the eager ones', () => {
  const cases: [string, TinyTransformerOptions, RegularizerName, number | null][] = [
    ['dense', {}, 'none', 0.5],
    ['low-rank with weight decay', { method: 'low-rank' }, 'weight-decay', 0.5],
    [
      'low-rank with Frobenius decay, of attention too',
      { method: 'low-rank', decayedAttention: ['query-key', 'output-value'] },
      'frobenius-decay',
      0.5,
    ],
    [
      'wider and deeper without clipping',
      { sizes: { encoderLayers: 2, decoderLayers: 3, width: 32, feedForward: 48, heads: 4 } },
      'weight-decay',
      null,
    ],
  ];

  test.each(cases)('%s', (_, options, regularizer, clipNorm) => {
    const make = () =>
      sequenceTrainingStep(randomized(tinyTransformer(options)), { ...training, regularizer, clipNorm });
    const [eager, replayed] = [make(), make()];
    for (let index = 0; index < 4; index++) {
      const feeds = { ...paddedBatch(), learningRate: tf.scalar(0.1 / (index + 1)) };
      expect(numbers(replayed.run(feeds))).toEqual(numbers(eager.runEagerly(feeds)));
    }
    expect(weightsDigest(replayed.variables)).toBe(weightsDigest(eager.variables));
    replayed.dispose();
  });

  test('evaluation, and batches of other shapes without weights and masks', () => {
    const [eager, replayed] = [0, 1].map(() => {
      const model = randomized(tinyTransformer({ method: 'low-rank' }));
      return { train: sequenceTrainingStep(model, training), evaluate: sequenceEvaluationStep(model) };
    }) as [Steps, Steps];
    const batches = [randomBatch('a', 7, 5, 4), plainBatch(), randomBatch('b', 7, 5, 4)];
    for (const batch of batches) {
      const feeds = { ...batch, learningRate: tf.scalar(0.1) };
      expect(numbers(replayed.train.run(feeds))).toEqual(numbers(eager.train.runEagerly(feeds)));
      expect(numbers(replayed.evaluate.run(batch))).toEqual(numbers(eager.evaluate.runEagerly(batch)));
    }
    replayed.train.dispose();
    replayed.evaluate.dispose();
  });
});

interface Steps {
  train: ReturnType<typeof sequenceTrainingStep>;
  evaluate: ReturnType<typeof sequenceEvaluationStep>;
}

/** Gradients of the loss by variable name, of a model as it stands. */
function lossGradients(model: SequenceModel): Map<string, Values> {
  const labels = tf.reshape(idTensor(sentences.labels), [8]);
  const { gradients } = valueAndGradients(
    () => crossEntropy(model.apply(inputTensors(sentences)), labels, training.labelSmoothing),
    model.variables,
  );
  return new Map(model.variables.map(({ name }, index) => [name, valuesOf(gradients[index]!)]));
}

/** ∂R/∂w of a variable, from the definitions of the regularizers. */
function penalty(model: SequenceModel, name: string, regularizer: RegularizerName): Values {
  const weights = new Map(model.variables.map((variable) => [variable.name, valuesOf(variable.value)]));
  const own = weights.get(name)!;
  if (regularizer === 'none') return { ...own, data: own.data.map(() => 0) };
  const [, stem, factor] = name.match(/^(.*)\.([uv])$/) ?? [];
  if (regularizer === 'weight-decay' || stem === undefined) return own;
  if (regularizer === 'no-factor-decay') return { ...own, data: own.data.map(() => 0) };
  if (regularizer === 'crs') {
    const sizes = model.variables.map(({ size }) => size);
    const ratio = sizes.reduce((sum, size) => sum + size, 0) / transformerParameters(model.blueprint, denseMatrices, 1);
    return { ...own, data: own.data.map((value) => value * ratio) };
  }
  const [u, v] = [weights.get(`${stem}.u`)!, weights.get(`${stem}.v`)!];
  return finiteDifferences(
    (moved) => halfSquare(factor === 'u' ? matMul(moved, transposed(v)) : matMul(u, transposed(moved))),
    own,
  );
}

describe.each(regularizerNames)('two training steps with %s', (regularizer) => {
  test('follow g ← c·(∇loss + λ·∂R), b ← μ·b + g, w ← w − η·(g + μ·b), with one c for all', () => {
    const make = () => randomized(tinyTransformer({ method: 'low-rank' }));
    // The second model stays a step behind, to take gradients at the point that the step starts from.
    const [model, twin] = [make(), make()];
    const { momentum, clipNorm, decay } = training;
    const step = sequenceTrainingStep(model, { ...training, regularizer });
    const buffers = new Map<string, Float64Array>();
    for (const learningRate of [0.5, 0.125]) {
      const gradients = lossGradients(twin);
      const total = new Map(
        [...gradients].map(([name, gradient]) => {
          const added = penalty(twin, name, regularizer);
          return [name, gradient.data.map((value, flat) => value + decay * added.data[flat]!)];
        }),
      );
      const norm = Math.hypot(...[...total.values()].map((gradient) => Math.hypot(...gradient)));
      // A case in which clipping does something.
      expect(norm).toBeGreaterThan(clipNorm!);
      tf.tidy(() => void step.runEagerly({ ...plainBatch(), learningRate: tf.scalar(learningRate) }));
      for (const [index, { name, value }] of model.variables.entries()) {
        const before = valuesOf(twin.variables[index]!.value);
        const clipped = total.get(name)!.map((gradient) => (gradient * clipNorm!) / (norm + 1e-6));
        const buffer = clipped.map((gradient, flat) => momentum * (buffers.get(name)?.[flat] ?? 0) + gradient);
        buffers.set(name, buffer);
        const moved = before.data.map(
          (weight, flat) => weight - learningRate * (clipped[flat]! + momentum * buffer[flat]!),
        );
        expectClose(value, values(before.shape, moved), 2e-5);
        twin.variables[index]!.assign(tf.clone(value));
      }
    }
  });
});

describe('results', () => {
  const model = randomized(tinyTransformer());

  test.each([
    ['all tokens', 0],
    ['tokens of weight 1', 1],
  ])('are the mean loss, number and correct predictions of %s', (_, excluded) => {
    const logits = valuesOf(model.apply(plainBatch()));
    const labels = sentences.labels.flat();
    const row = (n: number) => [0, 1, 2, 3, 4].map((c) => at(logits, n, c));
    const loss = (n: number) => Math.log(row(n).reduce((sum, logit) => sum + Math.exp(logit), 0)) - row(n)[labels[n]!]!;
    const isRight = (n: number) => Math.max(...row(n)) === row(n)[labels[n]!];
    const all = labels.map((_label, n) => n);
    // Of the tokens that do not count, one is predicted right and one wrong, and so are some of those that do.
    const [right, wrong] = [all.filter(isRight).slice(excluded), all.filter((n) => !isRight(n)).slice(excluded)];
    expect(Math.min(right.length, wrong.length)).toBeGreaterThan(0);
    const counted = [...right, ...wrong];
    const weights = tf.tensor2d(
      all.map((n) => (counted.includes(n) ? 1 : 0)),
      [2, 4],
    );
    const batch = { ...plainBatch(), ...(excluded > 0 && { weights }) };
    const result = numbers(sequenceEvaluationStep(model).runEagerly(batch));
    expect(result.loss).toBeCloseTo(counted.reduce((sum, n) => sum + loss(n), 0) / counted.length, 5);
    expect([result.tokens, result.correct]).toEqual([counted.length, right.length]);
  });

  test('of training are those before the update, with label smoothing in the loss', () => {
    const fresh = randomized(tinyTransformer());
    const expected = numbers(sequenceEvaluationStep(fresh).runEagerly(plainBatch()));
    const smoothed = crossEntropy(fresh.apply(plainBatch()), tf.reshape(idTensor(sentences.labels), [8]), 0.1);
    const feeds = { ...plainBatch(), learningRate: tf.scalar(0.5) };
    const result = numbers(sequenceTrainingStep(fresh, training).runEagerly(feeds));
    expect(result.loss).toBeCloseTo(smoothed.dataSync()[0]!, 5);
    expect([result.tokens, result.correct]).toEqual([expected.tokens, expected.correct]);
    expect(numbers(sequenceEvaluationStep(fresh).runEagerly(plainBatch())).loss).not.toBe(expected.loss);
  });
});

test('training memorizes a batch', () => {
  const step = sequenceTrainingStep(tinyTransformer({ sizes: { width: 16, feedForward: 32 } }), {
    ...training,
    labelSmoothing: 0,
    clipNorm: 1,
  });
  let result: Record<string, number> = {};
  for (let i = 0; i < 100; i++) {
    result = tf.tidy(() => numbers(step.run({ ...plainBatch(), learningRate: tf.scalar(0.1) })) as never);
  }
  expect(result.loss).toBeLessThan(0.05);
  expect(result.correct).toBe(8);
  step.dispose();
});

test('steps leave as many tensors as there were, but for their results', () => {
  const model = tinyTransformer({ method: 'low-rank' });
  const [train, evaluate] = [
    sequenceTrainingStep(model, { ...training, regularizer: 'frobenius-decay' }),
    sequenceEvaluationStep(model),
  ];
  const feeds = { ...paddedBatch(), learningRate: tf.scalar(0.1) };
  const { learningRate: _, ...batch } = feeds;
  for (const run of ['run', 'runEagerly'] as const) {
    for (let i = 0; i < 2; i++) {
      withoutLeaks(`training, ${run}`, () => train[run](feeds), 3);
      withoutLeaks(`evaluation, ${run}`, () => evaluate[run](batch), 3);
    }
  }
  train.dispose();
  evaluate.dispose();
});
