import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { Model } from '../../harness/nn/model.ts';
import { decayTerms } from '../../harness/regularize/decay.ts';
import { decayOf, parameterRatio, type RegularizerOptions } from '../../harness/regularize/regularizer.ts';
import { totalParameters } from '../../harness/shape/blueprint.ts';
import { type RegularizerName, regularizerNames } from '../../harness/spec/words.ts';
import { composedFilter } from '../helpers/conv-layers.ts';
import { expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { halfSquare, map, randomValues, type Values } from '../helpers/reference.ts';
import { tinyModel } from '../helpers/tiny-training.ts';

/** A model none of whose variables is zero, so that a forgotten one shows. */
function stirred(model: Model): Model {
  for (const variable of model.variables) variable.assign(tensorOf(randomValues(variable.name, variable.value.shape)));
  return model;
}

const ratio = 0.5;

/** All of the decay enters in the gradient. */
function decayGradients(model: Model, options: RegularizerOptions) {
  const { gradient, decoupled } = decayTerms(model.variables, decayOf(model.compressed, options));
  expect(decoupled.size).toBe(0);
  return gradient;
}

function gradientsOf(model: Model, regularizer: RegularizerName, lambda: number): Map<string, Values> {
  return new Map(
    [...decayGradients(model, { regularizer, lambda, ratio })].map(([{ name }, gradient]) => [
      name,
      valuesOf(gradient),
    ]),
  );
}

const trainable = (model: Model) => model.variables.filter(({ role }) => role !== 'statistic');

test('parameterRatio counts what is trained, as the plan of a budget does', () => {
  const model = tinyModel({ scale: 0.4 });
  const dense = totalParameters(model.blueprint);
  const kept = totalParameters(model.blueprint, (shape) => lowRank.parameters(shape, 0.4));
  expect(kept).toBeLessThan(dense);
  expect(parameterRatio(model.variables, dense)).toBe(kept / dense);
  expect(parameterRatio(tinyModel({ method: 'dense' }).variables, dense)).toBe(1);
});

describe('the decay of a network of images', () => {
  test('without a regularizer, or with λ = 0, decays nothing', () => {
    const model = tinyModel();
    expect(decayGradients(model, { regularizer: 'none', lambda: 0.1, ratio }).size).toBe(0);
    for (const regularizer of regularizerNames) {
      expect(decayGradients(model, { regularizer, lambda: 0, ratio }).size).toBe(0);
    }
  });

  test('as weight decay is λw for every trainable variable: factors, first convolution, normalizations, classifier, bias', () => {
    const model = stirred(tinyModel());
    const decay = gradientsOf(model, 'weight-decay', 0.25);
    expect([...decay.keys()].sort()).toEqual(
      trainable(model)
        .map(({ name }) => name)
        .sort(),
    );
    for (const kind of [
      'stem.conv.weight',
      'stage1.block1.1.conv.u',
      'stage1.block1.1.conv.v',
      'stem.norm.scale',
      'stem.norm.offset',
    ]) {
      expect(decay.has(kind)).toBe(true);
    }
    expect([decay.has('classifier.weight'), decay.has('classifier.bias'), decay.has('stem.norm.mean')]).toEqual([
      true,
      true,
      false,
    ]);
    for (const { name, value } of trainable(model)) {
      expect(decay.get(name)).toEqual(map(valuesOf(value), (number) => number * 0.25));
    }
  });

  test('as no-factor-decay is λw for all but factors', () => {
    const model = stirred(tinyModel());
    const decay = gradientsOf(model, 'no-factor-decay', 0.25);
    const weights = trainable(model).filter(({ role }) => role === 'weight');
    expect([...decay.keys()]).toEqual(weights.map(({ name }) => name));
    expect(weights.length).toBeLessThan(trainable(model).length);
    for (const { name, value } of weights)
      expect(decay.get(name)).toEqual(map(valuesOf(value), (number) => number * 0.25));
  });

  test('as crs is λ·ratio·w for factors, λw for the rest', () => {
    const model = stirred(tinyModel());
    const decay = gradientsOf(model, 'crs', 0.25);
    expect(decay.size).toBe(trainable(model).length);
    for (const { name, value, role } of trainable(model)) {
      // Powers of two scale without rounding.
      const by = role === 'factor' ? 0.125 : 0.25;
      expect(decay.get(name)).toEqual(map(valuesOf(value), (number) => number * by));
    }
    expect(new Set(trainable(model).map(({ role }) => role))).toEqual(new Set(['weight', 'factor']));
  });

  test('as Frobenius decay replaces the factors decay, in both forms of the layer, and keeps the rest', () => {
    for (const scale of [0.25, 1]) {
      const model = stirred(tinyModel({ scale }));
      const decay = gradientsOf(model, 'frobenius-decay', 0.5);
      expect([...decay.keys()].sort()).toEqual(
        trainable(model)
          .map(({ name }) => name)
          .sort(),
      );
      for (const { name, value, role } of trainable(model)) {
        if (role === 'weight') expect(decay.get(name)).toEqual(map(valuesOf(value), (number) => number * 0.5));
      }
      expect(model.compressed.length).toBe(6);
      for (const layer of model.compressed.slice(0, 2)) {
        const [u, v] = layer.variables.map(({ value }) => valuesOf(value));
        const penalty = (a: Values, b: Values) => 0.5 * halfSquare(composedFilter(a, b));
        expectClose(
          decay.get(layer.variables[0]!.name)!,
          finiteDifferences((moved) => penalty(moved, v!), u!),
        );
        expectClose(
          decay.get(layer.variables[1]!.name)!,
          finiteDifferences((moved) => penalty(u!, moved), v!),
        );
      }
    }
  });

  test.each(['weight-decay', 'no-factor-decay', 'crs', 'frobenius-decay'] as const)(
    'is proportional to λ: %s',
    (regularizer) => {
      const model = stirred(tinyModel());
      const [one, eight] = [gradientsOf(model, regularizer, 0.125), gradientsOf(model, regularizer, 1)];
      // Powers of two scale without rounding.
      for (const [name, gradient] of one) expect(eight.get(name)).toEqual(map(gradient, (number) => number * 8));
    },
  );

  test('as Frobenius decay of a dense model is weight decay', () => {
    const model = stirred(tinyModel({ method: 'dense' }));
    const [frobenius, weight] = [gradientsOf(model, 'frobenius-decay', 0.3), gradientsOf(model, 'weight-decay', 0.3)];
    expect(frobenius.size).toBe(trainable(model).length);
    expect(new Map([...frobenius].sort())).toEqual(new Map([...weight].sort()));
  });

  test('leaves one tensor a decayed variable', () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const gradients = decayGradients(model, { regularizer: 'weight-decay', lambda: 0.1, ratio });
    expect(tf.memory().numTensors).toBe(before + gradients.size);
    tf.dispose([...gradients.values()]);
  });
});
