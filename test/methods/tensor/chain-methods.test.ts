import { describe, expect, test } from 'vitest';
import { singularValues } from '../../../harness/engine/algebra/svd.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { type ChainFormat, chainLayer, chainMethod } from '../../../harness/methods/tensor/chain-method.ts';
import { cpConv, cpConvFormat } from '../../../harness/methods/tensor/cp-conv.ts';
import { tensorTrainConvFormat } from '../../../harness/methods/tensor/tensor-train-conv.ts';
import { tucker2Format } from '../../../harness/methods/tensor/tucker-2.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { decayTerms } from '../../../harness/regularize/decay.ts';
import { decayOf } from '../../../harness/regularize/regularizer.ts';
import type { ConvShape } from '../../../harness/shape/blueprint.ts';
import { cp, sweepingWarning } from '../../../harness/tensor/cp.ts';
import { ndArray } from '../../../harness/tensor/nd-array.ts';
import { convShape, filterOf, inference } from '../../helpers/conv-layers.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, convolution, dot, filled, halfSquare, randomValues, type Values } from '../../helpers/reference.ts';

const streams = streamsOf('chain-methods', 0);

/** Σ over all indices below `sizes`. */
function sumOver(sizes: readonly number[], term: (...index: number[]) => number): number {
  const [size, ...rest] = sizes;
  if (size === undefined) return term();
  let sum = 0;
  for (let i = 0; i < size; i++) sum += sumOver(rest, (...index) => term(i, ...index));
  return sum;
}

interface Case {
  format: ChainFormat;
  /** The dense filter [k1, k2, in, out] by its definition. */
  composed(filters: readonly Values[]): Values;
}

const cases: Case[] = [
  {
    format: tucker2Format,
    composed: ([a, c, b]) =>
      filled([c!.shape[0]!, c!.shape[1]!, a!.shape[2]!, b!.shape[3]!], ([y, x, i, o]) =>
        sumOver(
          [c!.shape[2]!, c!.shape[3]!],
          (p, q) => at(a!, 0, 0, i!, p) * at(c!, y!, x!, p, q) * at(b!, 0, 0, q, o!),
        ),
      ),
  },
  {
    format: tensorTrainConvFormat,
    composed: ([a, v, h, b]) =>
      filled([v!.shape[0]!, h!.shape[1]!, a!.shape[2]!, b!.shape[3]!], ([y, x, i, o]) =>
        sumOver(
          [v!.shape[2]!, h!.shape[2]!, b!.shape[2]!],
          (p, q, r) => at(a!, 0, 0, i!, p) * at(v!, y!, 0, p, q) * at(h!, 0, x!, q, r) * at(b!, 0, 0, r, o!),
        ),
      ),
  },
  {
    format: cpConvFormat,
    composed: ([a, t, b]) =>
      filled([t!.shape[0]!, t!.shape[1]!, a!.shape[2]!, b!.shape[3]!], ([y, x, i, o]) =>
        sumOver([b!.shape[2]!], (r) => at(a!, 0, 0, i!, r) * at(t!, y!, x!, r, 0) * at(b!, 0, 0, r, o!)),
      ),
  },
];

const shapes: ConvShape[] = [
  convShape(),
  convShape({ inChannels: 2, outChannels: 5 }),
  convShape({ inChannels: 5, outChannels: 2 }),
  convShape({ inChannels: 3, outChannels: 4, kernel: [1, 3] }),
  convShape({ inChannels: 3, outChannels: 4, kernel: [5, 1] }),
].flatMap((shape) => [1, 2].map((stride) => ({ ...shape, stride, outputSize: [6 / stride, 8 / stride] as const })));

describe.each(cases.map((one) => ({ ...one, name: one.format.name })))('$name', ({ format, composed }) => {
  const method = chainMethod(format);
  const layers = shapes.flatMap((shape) =>
    [0.3, 1].map((scale) => {
      const layer = method.build(shape, scale, 'default', streams);
      return { shape, scale, layer, filters: layer.variables.map(({ value }) => valuesOf(value)) };
    }),
  );

  test('is the dense convolution with its matrix, as a chain and composed, on even and odd sizes', () => {
    for (const { shape, scale, layer, filters } of layers) {
      const filter = composed(filters);
      expectClose(filterOf(valuesOf(layer.matrix()), shape), filter);
      for (const size of [
        [6, 8],
        [7, 5],
      ]) {
        const x = randomValues('x', [2, ...size, shape.inChannels]);
        const expected = convolution(x, filter, [shape.stride, shape.stride]);
        for (const asChain of [true, false]) {
          const form = chainLayer(format, shape, format.links(shape, scale), layer.variables, asChain);
          expectClose(form.apply(tensorOf(x), inference), expected);
        }
      }
    }
  });

  test('has as many parameters as counted, which do not fall as the scale grows', () => {
    for (const { shape, scale, layer } of layers) {
      expect(layer.variables.map(({ role }) => role)).toEqual(layer.variables.map(() => 'factor'));
      expect(layer.variables.reduce((sum, { size }) => sum + size, 0)).toBe(method.parameters(shape, scale));
    }
    for (const [inChannels, outChannels] of [
      [16, 160],
      [160, 16],
      [24, 24],
    ] as const) {
      const counts = Array.from({ length: 101 }, (_, i) =>
        method.parameters(convShape({ inChannels, outChannels }), i / 100),
      );
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts[100]).toBeGreaterThan(9 * inChannels * outChannels);
    }
  });

  test.each([true, false])('has the gradients of finite differences, as a chain: %s', (asChain) => {
    const shape = convShape({ inChannels: 3, outChannels: 2, stride: 2 });
    const links = format.links(shape, 0.4);
    const { variables } = chainMethod(format).build(shape, 0.4, 'default', streams);
    const layer = chainLayer(format, shape, links, variables, asChain);
    const parts = variables.map(({ name, value }) => randomValues(name, value.shape));
    const [x, c] = [randomValues('x', [1, 5, 4, 3]), randomValues('c', [1, 3, 2, 2])];
    const gradients = engineGradients(
      (input, ...moved) => {
        moved.forEach((value, k) => void variables[k]!.assign(tf.keep(value.clone())));
        return layer.apply(input, inference);
      },
      [x, ...parts],
      c,
    );
    const loss = (input: Values, filters: readonly Values[]) => dot(convolution(input, composed(filters), [2, 2]), c);
    expectClose(
      gradients[0]!,
      finiteDifferences((moved) => loss(moved, parts), x),
    );
    parts.forEach((part, k) => {
      const moving = (moved: Values) => loss(x, parts.with(k, moved));
      expectClose(gradients[k + 1]!, finiteDifferences(moving, part));
    });
  });

  test.each([0.3, 1])('at scale %d has the Frobenius decay of finite differences', (scale) => {
    for (const shape of [convShape({ inChannels: 2, outChannels: 3 }), convShape({ inChannels: 3, kernel: [1, 3] })]) {
      const layer = method.build(shape, scale, 'default', streams);
      const model = { variables: layer.variables, compressed: [layer] };
      const gradients = decayTerms(
        model.variables,
        decayOf(model.compressed, { regularizer: 'frobenius-decay', lambda: 0.5, ratio: 0.1 }),
      ).gradient;
      const parts = layer.variables.map(({ value }) => valuesOf(value));
      layer.variables.forEach((variable, k) => {
        const penalty = (moved: Values) => 0.5 * halfSquare(composed(parts.with(k, moved)));
        expectClose(gradients.get(variable)!, finiteDifferences(penalty, parts[k]!));
      });
    }
  });

  test('with spectral initialization at full rank is the dense layer of the same stream', () => {
    for (const shape of shapes) {
      const layer = method.build(shape, 1, 'spectral', streams);
      expectClose(layer.matrix(), valuesOf(dense.build(shape, 1, 'default', streams).matrix()));
    }
  });

  test('with spectral initialization gives its filters equal norms', () => {
    const layer = method.build(convShape({ inChannels: 6, outChannels: 8 }), 0.3, 'spectral', streams);
    const norms = layer.variables.map(({ value }) => Math.hypot(...valuesOf(value).data));
    for (const norm of norms) expect(norm / norms[0]!).toBeCloseTo(1, 4);
  });

  test('draws each filter by default with variance 2 over its own inputs', () => {
    const shape = convShape({ inChannels: 60, outChannels: 50 });
    const { variables } = method.build(shape, 0.5, 'default', streams);
    format.links(shape, 0.5).forEach(({ filter: [k1, k2, inputs], depthwise }, k) => {
      const { shape: size, data } = valuesOf(variables[k]!.value);
      const variance = 2 / (k1 * k2 * (depthwise ? 1 : inputs));
      const count = size.reduce((product, length) => product * length, 1);
      expect(Math.abs((2 * halfSquare({ shape: size, data })) / count / variance - 1)).toBeLessThan(
        4 * Math.sqrt(2 / count),
      );
    });
  });

  test('leaves a convolution of one pixel dense', () => {
    const shape = convShape({ kernel: [1, 1], inChannels: 6 });
    const layer = method.build(shape, 0.1, 'spectral', streams);
    expect(valuesOf(layer.matrix())).toEqual(valuesOf(dense.build(shape, 1, 'default', streams).matrix()));
    expect(method.parameters(shape, 0.1)).toBe(24);
    expect(method.macs(shape, 0.1)).toBe(24 * 36);
  });

  test('leaves only its results', () => {
    const layer = method.build(convShape(), 0.5, 'spectral', streams);
    const before = tf.memory().numTensors;
    const made = [layer.matrix(), ...layer.frobeniusGradients()!];
    expect(tf.memory().numTensors).toBe(before + made.length);
    tf.dispose(made);
  });
});

test.each(['default', 'spectral'] as const)(
  'ranks that their neighbours do not reach are cut, with a warning: %s',
  (init) => {
    // Of 400 inputs, 9 taps and 2 outputs, the ranks 0.6·18 and 0.6·2 are asked, and r_1 is at most 9·r_2.
    const wide = convShape({ inChannels: 400, outChannels: 2 });
    const { warnings } = chainMethod(tucker2Format).build(wide, 0.6, init, streams);
    expect(warnings).toEqual(['method tucker-2, layer layer.conv: ranks 11, 1 are cut to 9, 1, the most here']);
    expect(chainMethod(tucker2Format).build(convShape(), 0.5, init, streams).warnings).toEqual([]);
  },
);

describe('spectral initialization below full rank', () => {
  const shape = convShape({ inChannels: 6, outChannels: 8 });
  const wanted = valuesOf(dense.build(shape, 1, 'default', streams).matrix());
  const errorOf = (format: ChainFormat, scale: number) => {
    const { data } = valuesOf(chainMethod(format).build(shape, scale, 'spectral', streams).matrix());
    return Math.hypot(...data.map((value, flat) => value - wanted.data[flat]!));
  };
  const norm = Math.hypot(...wanted.data);
  const weight = filterOf(wanted, shape);
  /** Squares of the singular values beyond the rank, of the filter's axes in an order, split into rows and columns. */
  const tail = (axes: number[], rows: number, rank: number) =>
    tf.tidy(() => {
      const unfolded = tf.reshape(tf.transpose(tensorOf(weight), axes), [rows, -1]);
      return [...singularValues(unfolded).dataSync()].slice(rank).reduce((sum, value) => sum + value ** 2, 0);
    });

  test('of Tucker-2 is within the bound of the truncated higher-order SVD', () => {
    // Ranks 2 and 2.
    const bound = Math.sqrt(tail([2, 0, 1, 3], 6, 2) + tail([3, 0, 1, 2], 8, 2));
    expect(errorOf(tucker2Format, 0.3)).toBeLessThanOrEqual(bound);
    expect(errorOf(tucker2Format, 0.3)).toBeGreaterThan(bound / 2);
  });

  test('of a tensor train is within the bound of its unfoldings', () => {
    // Ranks 2, round(0.3·18) and 2.
    const bound = Math.sqrt(tail([2, 0, 1, 3], 6, 2) + tail([2, 0, 1, 3], 18, 5) + tail([3, 0, 1, 2], 8, 2));
    expect(errorOf(tensorTrainConvFormat, 0.3)).toBeLessThanOrEqual(bound);
    expect(errorOf(tensorTrainConvFormat, 0.3)).toBeGreaterThan(bound / 2);
  });

  test('of CP that does not converge says so, and the layer warns of it by name', () => {
    const tensor = ndArray([9, 12, 12], gaussian(9 * 144, 1, streamsOf('slow', 0)('a')));
    const result = cp(tensor, 38, { uniform: streamsOf('slow', 0)('b'), maxSweeps: 2, tolerance: 0 });
    const { warning } = sweepingWarning(result) as { warning: string };
    expect(warning).toMatch(/not converged after 2 sweeps \(relative error 0\.\d+\)$/);
    const warns = chainMethod({
      ...cpConvFormat,
      decompose: (...given) => ({ ...cpConvFormat.decompose(...given), warning }),
    });
    expect(warns.build(shape, 0.1, 'spectral', streams).warnings).toEqual([
      `method cp-conv, layer layer.conv: ${warning}`,
    ]);
    expect(warns.build(shape, 0.1, 'default', streams).warnings).toEqual([]);
    expect(cpConv.build(shape, 0.1, 'spectral', streams).warnings).toEqual([]);
  });

  test('of CP falls as terms are added', () => {
    const errors = [0.02, 0.1, 0.3].map((scale) => errorOf(cpConvFormat, scale) / norm);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors[0]).toBeLessThan(1);
    expect(errors[2]).toBeLessThan(0.5);
    expect(errors[2]).toBeGreaterThan(0.05);
  });
});
