import { describe, expect, test } from 'vitest';
import { singularValues } from '../../harness/engine/algebra/svd.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { CompressibleLayer } from '../../harness/nn/layer.ts';
import { streamsOf } from '../../harness/random.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';
import type { InitName } from '../../harness/spec/words.ts';
import { balancedFactors } from '../../harness/tensor/balanced-factors.ts';
import { ndArray } from '../../harness/tensor/nd-array.ts';
import { composedFilter, convShape, filterOf, inference } from '../helpers/conv-layers.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { convolution, dot, halfSquare, randomValues } from '../helpers/reference.ts';

const streams = streamsOf('low-rank-conv', 0);
const build = (shape: ConvShape, scale: number, init: 'default' | 'spectral' = 'default') =>
  lowRank.build(shape, scale, init, streams);
const factorsOf = (layer: CompressibleLayer) => {
  const [u, v] = layer.variables;
  return { u: valuesOf(u!.value), v: valuesOf(v!.value) };
};

const shapes: ConvShape[] = [
  convShape(),
  convShape({ inChannels: 2, outChannels: 5 }),
  convShape({ inChannels: 5, outChannels: 2 }),
  convShape({ inChannels: 3, outChannels: 4, kernel: [1, 3] }),
  convShape({ inChannels: 3, outChannels: 4, kernel: [5, 1] }),
  convShape({ inChannels: 4, outChannels: 3, kernel: [1, 1] }),
];

const cases = shapes.flatMap((shape) =>
  [1, 2].flatMap((stride) =>
    (['default', 'spectral'] as const).flatMap((init) =>
      [0.4, 1, 1.5].map((scale) => ({ scale, init, shape: { ...shape, stride } })),
    ),
  ),
);

describe.each(cases)(
  'low-rank layer, scale $scale, $init, stride $shape.stride, kernel $shape.kernel, $shape.inChannels to ' +
    '$shape.outChannels',
  ({ shape, scale, init }) => {
    const layer = build(shape, scale, init);
    const { u, v } = factorsOf(layer);
    const stride = [shape.stride, shape.stride] as const;

    test('is the dense convolution with its matrix, on even and odd sizes', () => {
      const filter = filterOf(valuesOf(layer.matrix()), shape);
      expectClose(composedFilter(u, v), filter);
      for (const size of [
        [6, 8],
        [7, 5],
      ]) {
        const x = randomValues('x', [2, ...size, shape.inChannels]);
        expectClose(layer.apply(tensorOf(x), inference), convolution(x, filter, stride));
      }
    });

    test('has as many parameters as counted', () => {
      expect(layer.variables.map(({ role }) => role)).toEqual(['factor', 'factor']);
      expect(layer.variables.reduce((sum, { size }) => sum + size, 0)).toBe(lowRank.parameters(shape, scale));
    });
  },
);

describe.each([
  { form: 'two convolutions', scale: 0.3, stride: 1 },
  { form: 'two convolutions', scale: 0.3, stride: 2 },
  { form: 'recomposed', scale: 1, stride: 1 },
  { form: 'recomposed', scale: 1, stride: 2 },
])('low-rank layer as $form with stride $stride', ({ scale, stride }) => {
  const shape = convShape({ inChannels: 2, outChannels: 3, stride });
  const layer = build(shape, scale);
  const { u, v } = factorsOf(layer);

  test('has the gradients of finite differences for both factors and the input', () => {
    const x = randomValues('x', [2, 6, 5, 2]);
    const c = randomValues('c', [2, 6 / stride, Math.ceil(5 / stride), 3]);
    const loss = (a: typeof u, b: typeof v) => dot(convolution(x, composedFilter(a, b), [stride, stride]), c);
    const [uVariable, vVariable] = layer.variables;
    const [forU, forV, forX] = engineGradients(
      (a, b, input) => {
        uVariable!.assign(tf.keep(a.clone()));
        vVariable!.assign(tf.keep(b.clone()));
        return layer.apply(input, inference);
      },
      [u, v, x],
      c,
    );
    expectClose(
      forU!,
      finiteDifferences((moved) => loss(moved, v), u),
    );
    expectClose(
      forV!,
      finiteDifferences((moved) => loss(u, moved), v),
    );
    expectClose(
      forX!,
      finiteDifferences((moved) => dot(convolution(moved, composedFilter(u, v), [stride, stride]), c), x),
    );
  });
});

describe.each([
  convShape({ inChannels: 2, outChannels: 3 }),
  convShape({ inChannels: 3, outChannels: 2, kernel: [3, 1] }),
  convShape({ inChannels: 3, outChannels: 2, kernel: [1, 5] }),
])('frobeniusGradients of a low-rank layer, kernel $kernel', (shape) => {
  test.each([0.5, 1.5])('at scale %d are those of ½‖W‖² on the raw filters', (scale) => {
    const layer = build(shape, scale);
    const { u, v } = factorsOf(layer);
    const [forU, forV] = layer.frobeniusGradients()!;
    expectClose(
      forU!,
      finiteDifferences((moved) => halfSquare(composedFilter(moved, v)), u),
    );
    expectClose(
      forV!,
      finiteDifferences((moved) => halfSquare(composedFilter(u, moved)), v),
    );
  });
});

describe('spectral initialization of a layer', () => {
  const x = randomValues('x', [2, 6, 6, 2]);

  test.each([
    ['as two convolutions', 0.5],
    ['recomposed', 1],
  ])('at full rank is the dense layer of the same stream, %s', (_form, scale) => {
    // rank round(0.5·4·3) = 6 = min(4·3, 2·3) already at scale 0.5
    const shape = convShape({ inChannels: 2, outChannels: 4 });
    const [full, reference] = [build(shape, scale, 'spectral'), dense.build(shape, 1, 'default', streams)];
    expectClose(full.matrix(), valuesOf(reference.matrix()));
    expectClose(full.apply(tensorOf(x), inference), valuesOf(reference.apply(tensorOf(x), inference)));
  });

  test('does not depend on the default initialization, nor the reverse', () => {
    const shape = convShape();
    expect(valuesOf(build(shape, 0.5, 'spectral').matrix())).not.toEqual(valuesOf(build(shape, 0.5).matrix()));
    expect(valuesOf(build(shape, 0.5).matrix())).toEqual(valuesOf(build(shape, 0.5).matrix()));
  });
});

test.each([
  { drawn: 'U with variance 2/r and V with variance 2/(in·k2)', variances: [2 / 150, 2 / 250], fans: undefined },
  {
    drawn: 'both factors with variance 2/(k1·k2·out) where the network says so',
    variances: [2 / 1500, 2 / 1500],
    fans: { dense: 'in', factors: 'out' } as const,
  },
])('default initialization draws $drawn, means zero', ({ variances, fans }) => {
  const sizes = { inChannels: 50, outChannels: 100, kernel: [3, 5] } as const;
  const shape = convShape(fans === undefined ? sizes : { ...sizes, fans });
  const { u, v } = factorsOf(build(shape, 0.5)); // r = 150
  for (const [factor, variance] of [
    [u, variances[0]!],
    [v, variances[1]!],
  ] as const) {
    const size = factor.data.length;
    expect(Math.abs((2 * halfSquare(factor)) / size / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / size));
    expect(Math.abs(factor.data.reduce((sum, value) => sum + value, 0) / size)).toBeLessThan(
      4 * Math.sqrt(variance / size),
    );
  }
});

test('a low-rank layer leaves only its results', () => {
  const layer = build(convShape(), 0.5, 'spectral');
  const before = tf.memory().numTensors;
  const made = [layer.matrix(), ...layer.frobeniusGradients()!];
  expect(tf.memory().numTensors).toBe(before + 3);
  tf.dispose(made);
});

test('with spectral-ones a layer has the singular vectors of its spectral factors, and singular values of one', () => {
  const shape = convShape({ inChannels: 4, outChannels: 6 });
  const [ones, spectral] = (['spectral-ones', 'spectral'] as const).map((init) => {
    return lowRank.build(shape, 0.4, init, streams);
  });
  const matrices = [ones!, spectral!].map((layer) => layer.matrix());
  const values = matrices.map((matrix) => [...singularValues(matrix).dataSync()]);
  const rank = ones!.variables[0]!.value.shape[2]!;
  expect(rank).toBe(7);
  for (const [index, value] of values[0]!.entries()) expect(value).toBeCloseTo(index < rank ? 1 : 0, 4);
  // ⟨W, PQᵀ⟩ = Σσ, the nuclear norm of W.
  const along = tf.sum(tf.mul(matrices[0]!, matrices[1]!)).dataSync()[0]!;
  expect(along).toBeCloseTo(
    values[1]!.reduce((sum, value) => sum + value, 0),
    4,
  );
});

describe('the factorization of a layer', () => {
  const shape = convShape({ inChannels: 4, outChannels: 6, kernel: [3, 5] });
  const factorized = (init: InitName) => {
    const { shape: size, rank, options, entries } = lowRank.factorization!(shape, 0.4, init, streams)!;
    return balancedFactors(ndArray(size, entries()), rank, options);
  };

  test.each(['spectral', 'spectral-ones'] as const)('with %s is what it starts from, to the bit', (init) => {
    const layers = [
      lowRank.build(shape, 0.4, init, streams),
      lowRank.build(shape, 0.4, init, streams, factorized(init)),
    ];
    const [without, given] = layers.map(factorsOf);
    expect(given).toEqual(without);
    const names = layers.map(({ variables }) => variables.map(({ name, role }) => `${name} ${role}`));
    expect(names[1]).toEqual(names[0]);
  });

  test('is used where it is given, and leaves nothing behind', () => {
    const { u, v } = factorized('spectral');
    const halved = { u: { ...u, data: u.data.map((value) => value / 2) }, v };
    const plain = factorsOf(lowRank.build(shape, 0.4, 'spectral', streams));
    const before = tf.memory().numTensors;
    const built = lowRank.build(shape, 0.4, 'spectral', streams, halved);
    expect(tf.memory().numTensors).toBe(before + 2);
    expect(factorsOf(built)).toEqual({ u: { ...plain.u, data: plain.u.data.map((value) => value / 2) }, v: plain.v });
  });

  test('is none of the default initialization, and draws nothing before it is asked for its entries', () => {
    expect(lowRank.factorization!(shape, 0.4, 'default', streams)).toBeNull();
    const refusing = () => {
      throw new Error('drawn');
    };
    const factorization = lowRank.factorization!(shape, 0.4, 'spectral', refusing)!;
    expect(factorization).toMatchObject({ shape: [18, 20], rank: 7 });
    expect(factorization.entries).toThrow('drawn');
  });
});
