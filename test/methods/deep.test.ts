import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { deep, deepResidual } from '../../harness/methods/deep.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { CompressibleLayer } from '../../harness/nn/layer.ts';
import { streamsOf } from '../../harness/random.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';
import { composedFilter, convShape, filterOf, inference } from '../helpers/conv-layers.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { at, convolution, dot, filled, halfSquare, randomValues, type Values } from '../helpers/reference.ts';

const streams = streamsOf('deep-conv', 0);
const build = (shape: ConvShape, scale: number, init: 'default' | 'spectral' = 'default') =>
  deep.build(shape, scale, init, streams);

/** A layer whose middle factor is no longer the identity, and its factors. */
function moved(layer: CompressibleLayer): { u: Values; m: Values; v: Values } {
  const [u, m, v] = layer.variables;
  m!.assign(tensorOf(randomValues('middle', m!.value.shape)));
  return { u: valuesOf(u!.value), m: valuesOf(m!.value), v: valuesOf(v!.value) };
}

/** The filter [k1, k2, in, out]: Σ_rs u[a, r, o]·m[r, s]·v[b, i, s]. */
function filterOfThree(u: Values, m: Values, v: Values): Values {
  const rank = m.shape[0]!;
  const [, k2, inChannels] = v.shape as [number, number, number];
  const right = filled([1, k2, inChannels, rank], ([, b, i, r]) => {
    let sum = 0;
    for (let s = 0; s < rank; s++) sum += at(m, r!, s) * at(v, 0, b!, i!, s);
    return sum;
  });
  return composedFilter(u, right);
}

const shapes: ConvShape[] = [
  convShape(),
  convShape({ inChannels: 2, outChannels: 5 }),
  convShape({ inChannels: 5, outChannels: 2, kernel: [1, 3] }),
  convShape({ inChannels: 4, outChannels: 3, kernel: [1, 1] }),
];
const cases = shapes.flatMap((shape) =>
  [1, 2].flatMap((stride) => [0.4, 1, 1.5].map((scale) => ({ scale, shape: { ...shape, stride } }))),
);

describe.each(cases)(
  'deep layer, scale $scale, stride $shape.stride, kernel $shape.kernel, $shape.inChannels to $shape.outChannels',
  ({ shape, scale }) => {
    const layer = build(shape, scale);
    const { u, m, v } = moved(layer);

    test('is the dense convolution with its matrix, U M Vᵀ', () => {
      const filter = filterOf(valuesOf(layer.matrix()), shape);
      expectClose(filterOfThree(u, m, v), filter);
      const x = randomValues('x', [2, 7, 6, shape.inChannels]);
      expectClose(layer.apply(tensorOf(x), inference), convolution(x, filter, [shape.stride, shape.stride]));
    });

    test('has as many parameters as counted, r² more than the low-rank layer', () => {
      expect(layer.variables.map(({ name, role }) => [name, role])).toEqual(
        ['u', 'm', 'v'].map((part) => [`layer.conv.${part}`, 'factor']),
      );
      expect(layer.variables.reduce((sum, { size }) => sum + size, 0)).toBe(deep.parameters(shape, scale));
      expect(deep.parameters(shape, scale) - lowRank.parameters(shape, scale)).toBe(m.shape[0]! ** 2);
    });
  },
);

test('operations are those of the low-rank layer and of V Mᵀ, which a batch shares', () => {
  // 16 -> 32 channels from 32 x 32 to 16 x 16 pixels.
  const strided = convShape({ inChannels: 16, outChannels: 32, stride: 2, outputSize: [16, 16] });
  // rank 96; dense, U(V Mᵀ)ᵀ, V Mᵀ
  const composed = 96 * 96 * 48 + 96 * 96 * 48;
  expect(deep.macs(strided, 1)).toBe(16 * 16 * 32 * (16 * 9) + composed);
  expect(deep.compositionMacs!(strided, 1)).toBe(composed);
  // rank 10: two convolutions, of which V Mᵀ is composed
  expect(deep.macs(strided, 0.1) - lowRank.macs(strided, 0.1)).toBe(10 * 10 * 48);
  expect(deep.compositionMacs!(strided, 0.1)).toBe(10 * 10 * 48);
});

describe.each([
  { form: 'two convolutions', scale: 0.4 },
  { form: 'recomposed', scale: 1 },
])('a deep layer as $form', ({ scale }) => {
  const shape = convShape({ inChannels: 2, outChannels: 3, stride: 2 });
  const layer = build(shape, scale);
  const { u, m, v } = moved(layer);

  test('has the gradients of finite differences for all factors and the input', () => {
    const x = randomValues('x', [2, 6, 5, 2]);
    const c = randomValues('c', [2, 3, 3, 3]);
    const loss = (a: Values, b: Values, d: Values, input: Values) =>
      dot(convolution(input, filterOfThree(a, b, d), [2, 2]), c);
    const variables = layer.variables;
    const [forU, forM, forV, forX] = engineGradients(
      (...inputs) => {
        variables.forEach((variable, i) => {
          variable.assign(tf.keep(inputs[i]!.clone()));
        });
        return layer.apply(inputs[3]!, inference);
      },
      [u, m, v, x],
      c,
    );
    const expected = [
      finiteDifferences((value) => loss(value, m, v, x), u),
      finiteDifferences((value) => loss(u, value, v, x), m),
      finiteDifferences((value) => loss(u, m, value, x), v),
      finiteDifferences((value) => loss(u, m, v, value), x),
    ];
    for (const [i, found] of [forU, forM, forV, forX].entries()) expectClose(found!, expected[i]!);
  });

  test('has the decay gradients of finite differences of ½‖U M Vᵀ‖² on the raw filters', () => {
    const expected = [
      finiteDifferences((value) => halfSquare(filterOfThree(value, m, v)), u),
      finiteDifferences((value) => halfSquare(filterOfThree(u, value, v)), m),
      finiteDifferences((value) => halfSquare(filterOfThree(u, m, value)), v),
    ];
    for (const [i, found] of layer.frobeniusGradients()!.entries()) expectClose(found, expected[i]!);
  });
});

describe('initialization', () => {
  test.each(['default', 'spectral'] as const)('with %s is the low-rank layer of the same stream, M = I', (init) => {
    const shape = convShape({ inChannels: 2, outChannels: 4 });
    const [three, two] = [build(shape, 1, init), lowRank.build(shape, 1, init, streams)];
    const [u, m, v] = three.variables;
    expect([u, v].map((factor) => valuesOf(factor!.value))).toEqual(two.variables.map(({ value }) => valuesOf(value)));
    expect(valuesOf(m!.value)).toEqual(filled([12, 12], ([i, j]) => (i === j ? 1 : 0)));
    expect(valuesOf(three.matrix())).toEqual(valuesOf(two.matrix()));
  });

  test('with spectral at full rank is the dense layer of the same stream', () => {
    const shape = convShape({ inChannels: 2, outChannels: 4 });
    expectClose(build(shape, 1, 'spectral').matrix(), valuesOf(dense.build(shape, 1, 'default', streams).matrix()));
  });

  test('directions beyond the dense rank train with residual noise alone', () => {
    // rank 12 of a 12 x 6 matrix: six columns of U and V are zero.
    const shape = convShape({ inChannels: 2, outChannels: 4 });
    const beyond = (value: Values) => filled([12, 6], ([row, column]) => at(value, row!, 6 + column!));
    const gradientOf = (method: typeof deep) => {
      const layer = method.build(shape, 1, 'spectral', streams);
      const [u, m, v] = layer.variables;
      const factors = [u, m, v].map((variable) => valuesOf(variable!.value));
      const x = randomValues('x', [1, 5, 5, 2]);
      const [forU] = engineGradients(
        (...inputs) => {
          layer.variables.forEach((variable, i) => {
            variable.assign(tf.keep(inputs[i]!.clone()));
          });
          return layer.apply(tensorOf(x), inference);
        },
        factors,
        randomValues('c', [1, 5, 5, 4]),
      );
      // [k1, 1, r, out] to [k1·out, r]
      const rows = filled([12, 12], ([row, r]) => at(forU!, Math.floor(row! / 4), 0, r!, row! % 4));
      return halfSquare(beyond(rows));
    };
    expect(gradientOf(deep)).toBe(0);
    expect(gradientOf(deepResidual)).toBeGreaterThan(1e-6);
  });

  test('residual noise has variance σ² = 0.0001 and mean zero around the identity', () => {
    const layer = deepResidual.build(convShape({ outChannels: 50 }), 1, 'default', streams); // r = 150
    const m = valuesOf(layer.variables[1]!.value);
    const noise = filled([150, 150], ([i, j]) => at(m, i!, j!) - (i === j ? 1 : 0));
    const size = 150 * 150;
    expect(Math.abs((2 * halfSquare(noise)) / size / 1e-4 - 1)).toBeLessThan(4 * Math.sqrt(2 / size));
    expect(Math.abs(noise.data.reduce((sum, value) => sum + value, 0) / size)).toBeLessThan(4 * (0.01 / 150));
  });
});

test('a deep layer leaves only its results', () => {
  const layer = build(convShape(), 1, 'spectral');
  const before = tf.memory().numTensors;
  const made = [layer.matrix(), ...layer.frobeniusGradients()!];
  expect(tf.memory().numTensors).toBe(before + 4);
  tf.dispose(made);
});
