import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { crossEntropy } from '../../harness/engine/ops/cross-entropy.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import type { Observer } from '../../harness/nn/layer.ts';
import type { Model } from '../../harness/nn/model.ts';
import { inference } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { convolution, filled, map, normalized, randomValues, softmaxCrossEntropy } from '../helpers/reference.ts';
import { averagePooled, weightsOf } from '../helpers/reference-network.ts';
import { optionA, referenceLogits } from '../helpers/reference-resnet.ts';
import { normalizationsMoved, tinyModel } from '../helpers/tiny-training.ts';

const variable = (model: Model, name: string) => model.variables.find((candidate) => candidate.name === name)!;

describe.each([
  { method: 'dense', shortcut: 'option-a' },
  { method: 'low-rank', shortcut: 'option-a' },
  { method: 'dense', shortcut: 'projection' },
  { method: 'low-rank', shortcut: 'projection' },
] as const)('ResNet-8 with $method layers and $shortcut shortcuts', ({ method, shortcut }) => {
  const model = tinyModel({ method, shape: { width: 2, shortcut } });
  const images = randomValues('images', [3, 8, 8, 3]);
  const labels = [2, 0, 1];

  test('gives the logits of the definition, in evaluation and in training', () => {
    const weights = weightsOf(model);
    expectClose(model.apply(tensorOf(images), inference), referenceLogits(model, weights, images, false));
    const logits = model.apply(tensorOf(images), { training: true, updates: [] });
    expectClose(logits, referenceLogits(model, weights, images, true), 5e-5);
  });

  test('gives them with trained normalizations, where a convolution takes in the one after it', () => {
    const trained = normalizationsMoved(tinyModel({ method, shape: { width: 2, shortcut } }));
    const expected = referenceLogits(trained, weightsOf(trained), images, false);
    expectClose(trained.apply(tensorOf(images), inference), expected, 5e-5);
    const seen: string[] = [];
    const observe: Observer = ({ name }, _input, output) => {
      seen.push(name);
      return output;
    };
    expectClose(trained.apply(tensorOf(images), { training: false, observe }), expected, 5e-5);
    expect(seen).toHaveLength(trained.blueprint.layers.filter(({ kind }) => kind !== 'batch-norm').length);
  });

  test('has the gradient of finite differences for every number of the trainable variables', () => {
    const trainable = model.variables.filter(({ role }) => role !== 'statistic');
    const target = tf.tensor1d(labels, 'int32');
    const input = tensorOf(images);
    const loss = () => crossEntropy(model.apply(input, { training: true, updates: [] }), target, 0);
    const { gradients } = valueAndGradients(loss, trainable);
    const weights = weightsOf(model);
    const largest = Math.max(...gradients.map((gradient) => tf.max(tf.abs(gradient)).dataSync()[0]!));
    trainable.forEach(({ name }, index) => {
      // What a projection adds; the rest is proven beside option-A shortcuts, and takes seconds.
      if (shortcut === 'projection' && !/stem|shortcut/.test(name)) return;
      const expected = finiteDifferences(
        (moved) =>
          softmaxCrossEntropy(referenceLogits(model, new Map(weights).set(name, moved), images, true), labels, 0),
        weights.get(name)!,
        1e-6,
      );
      const actual = valuesOf(gradients[index]!);
      const miss = Math.max(...actual.data.map((value, flat) => Math.abs(value - expected.data[flat]!)));
      expect(`${name}: ${miss < 1e-4 * largest ? 'close' : miss}`).toBe(`${name}: close`);
    });
  });
});

describe('option-A shortcuts', () => {
  test('carry every other pixel, and the old channels amid zeros, where the convolutions are zero', () => {
    const model = tinyModel({ method: 'dense', shape: { width: 4, classes: 16 } });
    for (const { name, value, assign } of model.variables.map((v) => ({
      name: v.name,
      value: v.value,
      assign: v.assign.bind(v),
    }))) {
      if (/^stage.*weight$/.test(name)) assign(tf.zerosLike(value));
    }
    // Classifier as the identity: the logits are the pooled features.
    variable(model, 'classifier.weight').assign(tf.eye(16));
    variable(model, 'classifier.bias').assign(tf.zeros([16]));
    const images = randomValues('images', [2, 8, 8, 3]);
    const stem = convolution(images, valuesOf(variable(model, 'stem.conv.weight').value), [1, 1]);
    const unit = { mean: new Float64Array(4), variance: new Float64Array(4).fill(1) };
    const ones = filled([4], () => 1);
    const x = map(
      normalized(
        stem,
        unit,
        ones,
        filled([4], () => 0),
      ),
      (value) => Math.max(0, value),
    );
    const logits = valuesOf(model.apply(tensorOf(images), inference));
    expectClose(logits, averagePooled(optionA(optionA(x, 8), 16)));
    // Channels 6 to 9 of 16 are the four of the first stage, in order.
    for (const row of [0, 1]) {
      const features = [...logits.data.subarray(16 * row, 16 * row + 16)];
      expect(features.map((value) => value > 0)).toEqual(Array.from({ length: 16 }, (_, c) => c >= 6 && c < 10));
    }
  });

  test('read the pixel that the strided convolution is centred on', () => {
    // Only pixels with both coordinates divisible by 4 reach the output: changing any other leaves it as it is.
    const model = tinyModel({ method: 'dense', shape: { width: 4, classes: 16 } });
    for (const v of model.variables) if (/^stage.*weight$/.test(v.name)) v.assign(tf.zerosLike(v.value));
    const centre = filled([3, 3, 3, 4], ([a, b]) => (a === 1 && b === 1 ? 1 : 0));
    variable(model, 'stem.conv.weight').assign(tensorOf(centre));
    const black = filled([1, 8, 8, 3], () => 0);
    const before = valuesOf(model.apply(tensorOf(black), inference));
    for (let i = 0; i < 8; i++) {
      for (let j = 0; j < 8; j++) {
        const one = filled([1, 8, 8, 3], ([, y, x]) => (y === i && x === j ? 1 : 0));
        const changed = valuesOf(model.apply(tensorOf(one), inference)).data.some(
          (value, c) => value !== before.data[c],
        );
        expect([i, j, changed]).toEqual([i, j, i % 4 === 0 && j % 4 === 0]);
      }
    }
  });
});

describe('buildNetwork', () => {
  test('gives one row of logits an image', () => {
    const model = tinyModel({ shape: { classes: 7 } });
    expect(model.apply(tensorOf(randomValues('images', [5, 8, 8, 3])), inference).shape).toEqual([5, 7]);
  });

  test('draws equal weights from equal seeds, and others from other seeds and methods', () => {
    const digests = [
      tinyModel(),
      tinyModel(),
      tinyModel({ seed: 1 }),
      tinyModel({ init: 'spectral' }),
      tinyModel({ method: 'dense' }),
    ].map(({ variables }) => weightsDigest(variables));
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(4);
  });

  test('gives dense and spectral models of one seed the same weights, up to truncation', () => {
    const [whole, spectral] = [tinyModel({ method: 'dense' }), tinyModel({ init: 'spectral', scale: 1 })];
    for (const name of ['stem.conv.weight', 'classifier.weight', 'classifier.bias']) {
      expect(valuesOf(variable(spectral, name).value)).toEqual(valuesOf(variable(whole, name).value));
    }
    expect(spectral.compressed.length).toBe(6);
    whole.compressed.forEach((layer, index) => {
      expectClose(spectral.compressed[index]!.matrix(), valuesOf(layer.matrix()));
    });
  });

  test.each(['option-a', 'projection'] as const)(
    'names every variable once, and gives layers weights of their own: %s',
    (shortcut) => {
      const { variables, compressed } = tinyModel({ method: 'dense', shape: { shortcut } });
      expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
      const first = compressed.map((layer) => valuesOf(layer.matrix()).data[0]);
      expect(new Set(first).size).toBe(first.length);
      expect(compressed.length).toBe(shortcut === 'projection' ? 8 : 6);
    },
  );

  test('hands over two new statistics a normalization in training', () => {
    const model = tinyModel();
    const pass = { training: true as const, updates: [] as [{ name: string }, unknown][] };
    model.apply(tensorOf(randomValues('images', [2, 8, 8, 3])), pass as never);
    const statistics = model.variables.filter(({ role }) => role === 'statistic').map(({ name }) => name);
    expect(pass.updates.map(([{ name }]) => name)).toEqual(statistics);
  });
});
