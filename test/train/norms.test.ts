import { describe, expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { filledVariable, type Role, variableOf } from '../../harness/engine/variable.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { streamsOf } from '../../harness/random.ts';
import { normSummary, normValues } from '../../harness/train/norms.ts';
import { convShape } from '../helpers/conv-layers.ts';
import '../helpers/engine.ts';

const layerOf = (matrix: number[][]) => ({
  variables: [],
  apply: (x: never) => x,
  matrix: () => tf.tensor2d(matrix),
  frobeniusGradients: () => null,
});

test('normSummary gives means over the layers, by hand', () => {
  // Singular values (4, 3), and (2) of the rank-one [1 1; 1 1].
  const summary = normSummary(
    [
      layerOf([
        [3, 0],
        [0, -4],
        [0, 0],
      ]),
      layerOf([
        [1, 1],
        [1, 1],
      ]),
    ],
    0.1,
  );
  expect(summary.frobenius_norm).toBeCloseTo((5 + 2) / 2, 5);
  expect(summary.nuclear_norm).toBeCloseTo((7 + 2) / 2, 5);
  expect(summary.learning_rate_over_norm).toBeCloseTo((0.1 / 5 + 0.1 / 2) / 2, 7);
  expect(summary.effective_learning_rate).toBeCloseTo((0.1 / 25 + 0.1 / 4) / 2, 7);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('the norms of weights with a %d in them are none', (entry) => {
  const layer = layerOf([
    [1, entry],
    [2, 3],
  ]);
  expect(new Set(Object.values(normValues([layer], 0.1, { finite: true })))).toEqual(new Set([null]));
});

test('normSummary leaves no tensor', () => {
  const before = tf.memory().numTensors;
  normSummary(
    [
      layerOf([
        [1, 2],
        [3, 4],
      ]),
    ],
    0.1,
  );
  expect(tf.memory().numTensors).toBe(before);
});

describe('the balance of factors', () => {
  const factored = (u: number[], v: number[], role: Role = 'factor') => ({
    ...layerOf([
      [1, 2],
      [3, 4],
    ]),
    variables: [
      variableOf('u', role, Float32Array.from(u), [u.length, 1]),
      variableOf('v', role, Float32Array.from(v), [v.length, 1]),
      filledVariable('bias', 'weight', [3], 9),
    ],
  });

  test('is the first factors’ squares less the second ones’, over all layers', () => {
    const layers = [factored([3, 4], [1, 1, 1]), factored([1], [2]), layerOf([[1]])];
    // 25 - 3, and 1 - 4.
    expect(normSummary(layers, 0.1).factor_balance).toBeCloseTo(22 - 3, 9);
    expect(normValues(layers, 0.1, { finite: true }).factor_balance).toBeCloseTo(19, 9);
    expect(normValues(layers, 0.1, { finite: false }).factor_balance).toBeNull();
  });

  test('is not there without a layer of two factors', () => {
    const three = { ...factored([1], [1]) };
    three.variables = [...three.variables, filledVariable('core', 'factor', [1], 1)];
    expect(normSummary([factored([3], [1], 'weight'), three], 0.1).factor_balance).toBeNull();
    expect(normValues([three], 0.1, { finite: true })).not.toHaveProperty('factor_balance');
    expect(normValues([three], 0.1, { finite: false })).not.toHaveProperty('factor_balance');
  });

  test('starts at zero of spectral low-rank layers, and far above of default ones', () => {
    const shape = convShape({ inChannels: 16, outChannels: 32 });
    const balance = (init: 'default' | 'spectral') => {
      const layer = lowRank.build(shape, 0.1, init, streamsOf('balance', 0));
      return { layer, balance: normSummary([layer], 0.1).factor_balance! };
    };
    expect(balance('spectral').balance).toBeCloseTo(0, 3);
    const he = balance('default');
    const [u, v] = he.layer.variables.map(({ value }) => tf.tidy(() => tf.sum(tf.square(value)).dataSync()[0]!));
    // He normal on both: 2/r of out·k1·r entries against 2/(in·k2) of in·k2·r: about 1/s.
    expect(u! / v!).toBeGreaterThan(7);
    expect(u! / v!).toBeLessThan(13);
    expect(he.balance).toBeCloseTo(u! - v!, 3);
  });
});
