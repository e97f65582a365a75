import { describe, expect, test } from 'vitest';
import { valueAndGradients, withoutLeaks } from '../../harness/engine/gradients.ts';
import { crossEntropy } from '../../harness/engine/ops/cross-entropy.ts';
import { type Scalar, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { streamsOf } from '../../harness/random.ts';
import type { DecayCoupling, TransformerRegularizerName } from '../../harness/spec/translation.ts';
import {
  type SequenceFeeds,
  type SequenceTraining,
  sequenceEvaluationStep,
  sequenceTrainingStep,
} from '../../harness/train/sequence-steps.ts';
import { expectClose, valuesOf } from '../helpers/engine.ts';
import { at, type Values, values } from '../helpers/reference.ts';
import { penaltyOf } from '../helpers/reference-decay.ts';
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
  optimizer: { name: 'nesterov', momentum: 0.9 },
  clipNorm: 0.5,
  labelSmoothing: 0.1,
  regularizer: 'none',
  decay: 0.01,
  decayCoupling: 'gradient',
};
const plainBatch = (): SequenceFeeds => ({ ...inputTensors(sentences), labels: idTensor(sentences.labels) });
const paddedBatch = (): SequenceFeeds => ({
  ...inputTensors({ ...sentences, ...padding }),
  labels: idTensor(sentences.labels),
  weights: maskTensor(padding.weights),
});
const numbers = (result: Record<string, Scalar>) =>
  Object.fromEntries(Object.entries(result).map(([name, value]) => [name, value.dataSync()[0]!]));

/** A batch of random tokens in the tiny model's vocabularies. */
function randomBatch(name: string, batch: number, source: number, target: number): SequenceFeeds {
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
  const cases: [string, TinyTransformerOptions, TransformerRegularizerName, number | null][] = [
    ['dense', {}, 'none', 0.5],
    ['low-rank with weight decay', { method: 'low-rank' }, 'weight-decay', 0.5],
    ['low-rank with Frobenius decay, of attention too', { method: 'low-rank' }, 'frobenius-decay', 0.5],
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

const couplings: [TransformerRegularizerName, DecayCoupling][] = [
  ['none', 'decoupled'],
  ['weight-decay', 'gradient'],
  ['weight-decay', 'decoupled'],
  ['weight-decay', 'released'],
  ['frobenius-decay', 'gradient'],
  ['frobenius-decay', 'decoupled'],
  ['frobenius-decay', 'released'],
  ['frobenius-decay-query-key', 'decoupled'],
];

describe.each(couplings)('two training steps with %s, %s', (regularizer, decayCoupling) => {
  test('follow w ← w − η·λ·∂R, g ← c·(∇loss + λ·∂R), b ← μ·b + g, w ← w − η·(g + μ·b), with one c for all', () => {
    const make = () => randomized(tinyTransformer({ method: 'low-rank' }));
    // The second model stays a step behind, to take gradients at the point that the step starts from.
    const [model, twin] = [make(), make()];
    const { clipNorm, decay } = training;
    const momentum = 0.9;
    const step = sequenceTrainingStep(model, { ...training, regularizer, decayCoupling });
    const buffers = new Map<string, Float64Array>();
    for (const learningRate of [0.5, 0.125]) {
      const gradients = lossGradients(twin);
      const penalties = new Map(twin.variables.map(({ name }) => [name, penaltyOf(twin, name, regularizer)]));
      const entering = (name: string, place: 'gradient' | 'decoupled') => {
        const { gradient, frobenius } = penalties.get(name)!;
        const released = frobenius ? 'gradient' : regularizer === 'weight-decay' ? 'decoupled' : 'nowhere';
        const here = (decayCoupling === 'released' ? released : decayCoupling) === place;
        return gradient.data.map((value) => (here ? decay * value : 0));
      };
      const total = new Map(
        [...gradients].map(([name, { data }]) => {
          const added = entering(name, 'gradient');
          return [name, data.map((value, flat) => value + added[flat]!)];
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
        const beside = entering(name, 'decoupled');
        const moved = before.data.map(
          (weight, flat) => weight - learningRate * (beside[flat]! + clipped[flat]! + momentum * buffer[flat]!),
        );
        expectClose(value, values(before.shape, moved), 2e-5);
        twin.variables[index]!.assign(tf.clone(value));
      }
    }
  });
});

test('a step of Adam moves weights as its first update does, w ← (1 − η·λ)·w − η·sign(g), where ε is nothing', () => {
  const [model, twin] = [0, 1].map(() => randomized(tinyTransformer())) as [SequenceModel, SequenceModel];
  const gradients = lossGradients(twin);
  const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-12 } as const;
  const decaying = { regularizer: 'weight-decay', decayCoupling: 'decoupled', decay: 0.5 } as const;
  const step = sequenceTrainingStep(model, { ...training, ...decaying, optimizer, clipNorm: null });
  tf.tidy(() => void step.run({ ...plainBatch(), learningRate: tf.scalar(0.01) }));
  for (const [index, { name, value }] of model.variables.entries()) {
    const before = valuesOf(twin.variables[index]!.value);
    const { data } = gradients.get(name)!;
    // Rounding decides the sign of a gradient that is almost zero.
    const clear = [...data.keys()].filter((flat) => Math.abs(data[flat]!) > 1e-5);
    const after = valuesOf(value).data;
    for (const flat of clear) {
      expect(after[flat]!).toBeCloseTo(before.data[flat]! * (1 - 0.005) - 0.01 * Math.sign(data[flat]!), 5);
    }
  }
  step.dispose();
});

describe('dropout', () => {
  const rates = { hidden: 0.2, relu: 0.1 };
  const seeded = (seed: number) => ({ ...paddedBatch(), dropoutSeed: tf.tensor1d([seed, 5], 'int32') });

  test.each(['nesterov', 'adam'] as const)('is the same replayed as eager, with %s', (name) => {
    const optimizer =
      name === 'adam' ? ({ name, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 } as const) : training.optimizer;
    const sizes = { width: 32, feedForward: 48, heads: 4 };
    const make = () =>
      sequenceTrainingStep(randomized(tinyTransformer({ method: 'low-rank', sizes })), {
        ...training,
        optimizer,
        dropout: rates,
        regularizer: 'frobenius-decay',
        decayCoupling: 'decoupled',
      });
    const [eager, replayed] = [make(), make()];
    for (let seed = 0; seed < 4; seed++) {
      const feeds = { ...seeded(seed), learningRate: tf.scalar(0.01) };
      expect(numbers(replayed.run(feeds))).toEqual(numbers(eager.runEagerly(feeds)));
    }
    expect(weightsDigest(replayed.variables)).toBe(weightsDigest(eager.variables));
    replayed.dispose();
  });

  test('depends on the seed that each replay is fed, and on nothing else', () => {
    const step = sequenceTrainingStep(randomized(tinyTransformer()), { ...training, dropout: rates });
    // A learning rate of zero leaves the weights as they are.
    const losses = [1, 2, 3, 1, 2].map(
      (seed) => numbers(step.run({ ...seeded(seed), learningRate: tf.scalar(0) })).loss!,
    );
    expect(losses.slice(3)).toEqual(losses.slice(0, 2));
    expect(new Set(losses).size).toBe(3);
    step.dispose();
  });

  test('leaves evaluation alone, and needs a seed', () => {
    const model = randomized(tinyTransformer());
    const evaluation = sequenceEvaluationStep(model);
    const result = numbers(evaluation.runEagerly(paddedBatch()));
    expect(numbers(evaluation.runEagerly(seeded(1)))).toEqual(result);
    const step = sequenceTrainingStep(model, { ...training, dropout: rates });
    expect(() => step.runEagerly({ ...paddedBatch(), learningRate: tf.scalar(1) })).toThrow('dropout needs a seed');
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
    expect([result.count, result.correct]).toEqual([counted.length, right.length]);
  });

  test('of training are those before the update, with label smoothing in the loss', () => {
    const fresh = randomized(tinyTransformer());
    const expected = numbers(sequenceEvaluationStep(fresh).runEagerly(plainBatch()));
    const smoothed = crossEntropy(fresh.apply(plainBatch()), tf.reshape(idTensor(sentences.labels), [8]), 0.1);
    const feeds = { ...plainBatch(), learningRate: tf.scalar(0.5) };
    const result = numbers(sequenceTrainingStep(fresh, training).runEagerly(feeds));
    expect(result.loss).toBeCloseTo(smoothed.dataSync()[0]!, 5);
    expect([result.count, result.correct]).toEqual([expected.count, expected.correct]);
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
