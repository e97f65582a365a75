import { describe, expect, test } from 'vitest';
import { decayTerms, noDecay } from '../../harness/regularize/decay.ts';
import {
  encoderDecayPlaces,
  type ProductDecay,
  placedDecayOf,
  productDecayOf,
} from '../../harness/regularize/product-decay.ts';
import { decayCouplings, type TransformerRegularizerName } from '../../harness/spec/translation.ts';
import { expectClose } from '../helpers/engine.ts';
import { map } from '../helpers/reference.ts';
import { penaltyOf } from '../helpers/reference-decay.ts';
import { randomized, tinyTransformer } from '../helpers/tiny-transformer.ts';

const model = randomized(tinyTransformer({ method: 'low-rank' }));
const names = model.variables.map(({ name }) => name);
const isMatrix = (name: string) => /\.[uv]$/.test(name);
const isQueryKey = (name: string) => /\.(query|key)$/.test(name);
const isOutputValue = (name: string) => /\.(value|output)$/.test(name);

const termsOf = (options: ProductDecay) => decayTerms(model.variables, productDecayOf(model.products, options));

/** Names of the variables that decay, by where that enters. */
function entering(regularizer: TransformerRegularizerName, decayCoupling: (typeof decayCouplings)[number]) {
  const { gradient, decoupled } = termsOf({ regularizer, decay: 0.5, decayCoupling });
  const sorted = (terms: typeof gradient) => names.filter((name) => [...terms.keys()].some((one) => one.name === name));
  return { gradient: sorted(gradient), decoupled: sorted(decoupled) };
}

describe('the decay of a Transformer', () => {
  test.each(['weight-decay', 'frobenius-decay', 'frobenius-decay-query-key'] as const)(
    '%s decays every variable, beside the gradient or in it',
    (regularizer) => {
      expect(entering(regularizer, 'decoupled')).toEqual({ gradient: [], decoupled: names });
      expect(entering(regularizer, 'gradient')).toEqual({ gradient: names, decoupled: [] });
    },
  );

  test('as released, weight decay is beside the gradient and Frobenius decay alone in it, always of factorized matrices', () => {
    expect(entering('weight-decay', 'released')).toEqual({ gradient: [], decoupled: names });
    const of = (regularizer: TransformerRegularizerName) => entering(regularizer, 'released');
    const products = (...kinds: ((name: string) => boolean)[]) => ({
      gradient: names.filter((name) => kinds.some((kind) => kind(name))),
      decoupled: [],
    });
    expect(of('frobenius-decay')).toEqual(products(isMatrix, isQueryKey, isOutputValue));
    expect(of('frobenius-decay-query-key')).toEqual(products(isMatrix, isQueryKey));
    expect(of('frobenius-decay-linear')).toEqual(products(isMatrix));
  });

  test.each(decayCouplings)('without a regularizer, or with λ = 0, decays nothing: %s', (decayCoupling) => {
    expect(entering('none', decayCoupling)).toEqual({ gradient: [], decoupled: [] });
    const { gradient, decoupled } = termsOf({ regularizer: 'frobenius-decay', decay: 0, decayCoupling });
    expect(gradient.size + decoupled.size).toBe(0);
  });

  test.each([
    'weight-decay',
    'frobenius-decay',
    'frobenius-decay-linear',
    'frobenius-decay-attention',
    'frobenius-decay-query-key',
    'frobenius-decay-output-value',
  ] as const)('%s is λ·∂R by finite differences, of every variable', (regularizer) => {
    const { decoupled } = termsOf({ regularizer, decay: 0.5, decayCoupling: 'decoupled' });
    expect(decoupled.size).toBe(names.length);
    for (const [{ name }, term] of decoupled) {
      expectClose(
        term,
        map(penaltyOf(model, name, regularizer).gradient, (value) => value / 2),
      );
    }
  });
});

describe('an encoder’s decay', () => {
  const places = (name: 'adam' | 'lamb' | 'flambe-as-read', decayCoupling: 'decoupled' | 'gradient') =>
    encoderDecayPlaces({ optimizer: { name, beta1: 0.9, beta2: 0.999, epsilon: 1e-6 }, decayCoupling });

  test.each(['decoupled', 'gradient'] as const)('enters where Adam’s training says: %s', (coupling) => {
    expect(places('adam', coupling)).toEqual({ plain: coupling, frobenius: coupling });
    expect(places('lamb', coupling)).toEqual({ plain: 'direction', frobenius: 'gradient' });
    expect(places('flambe-as-read', coupling)).toEqual({ plain: 'direction', frobenius: 'direction' });
  });

  test('is of the products that the regularizer names, and of all else as weight decay', () => {
    const products = { linear: ['l'], 'query-key': ['q'], 'output-value': ['o'] } as never;
    const decay = placedDecayOf(products, {
      regularizer: 'frobenius-decay-attention',
      decay: 0.5,
      plain: 'direction',
      frobenius: 'gradient',
    });
    expect(decay).toEqual({
      lambda: 0.5,
      frobenius: ['q', 'o'],
      frobeniusEnters: 'gradient',
      plainEnters: 'direction',
      factorShare: 1,
    });
    expect(placedDecayOf(products, { regularizer: 'none', decay: 1, plain: 'gradient', frobenius: 'gradient' })).toBe(
      noDecay,
    );
  });
});
