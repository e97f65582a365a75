import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { attend, causalMask, projectHeads, scaledQuery, tokenMask } from '../../../harness/nn/transformer/attention.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, dot, filled, map, matMul, randomValues, type Values } from '../../helpers/reference.ts';
import { attendOnce } from '../../helpers/reference-transformer.ts';

const [batch, heads, n, m, size] = [2, 3, 4, 5, 2];

test.each([1, 2, 3])('projectHeads divides %i projection(s) into batch, heads and tokens', (count) => {
  const x = randomValues('x', [batch * n, 6]);
  const weights = Array.from({ length: count }, (_, index) => randomValues(`w${index}`, [6, heads * size]));
  const projected = projectHeads(tensorOf(x), weights.map(tensorOf), batch, heads);
  expect(projected.length).toBe(count);
  projected.forEach((tensor, index) => {
    const whole = matMul(x, weights[index]!);
    expectClose(
      tensor,
      filled([batch, heads, n, size], ([b, h, token, i]) => at(whole, b! * n + token!, h! * size + i!)),
    );
  });
});

/** Rows of one sentence and head. */
const rowsOf = (x: Values, b: number, h: number) =>
  Array.from({ length: x.shape[2]! }, (_, token) => Array.from({ length: size }, (_, i) => at(x, b, h, token, i)));

/** Attention of the definition, with queries that are not scaled yet. */
function expected(query: Values, key: Values, value: Values): Values {
  return filled([batch * n, heads * size], ([row, column]) => {
    const [b, h] = [Math.floor(row! / n), Math.floor(column! / size)];
    const mixed = attendOnce(rowsOf(query, b, h), rowsOf(key, b, h), rowsOf(value, b, h), () => 0);
    return mixed[row! % n]![column! % size]!;
  });
}

const query = randomValues('query', [batch, heads, n, size]);
const [key, value] = [randomValues('key', [batch, heads, m, size]), randomValues('value', [batch, heads, m, size])];
const scaled = map(query, (x) => Math.fround(x / Math.sqrt(size)));
const attention = (q: unknown, k: unknown, v: unknown) => attend(q as never, k as never, v as never, null);

test('attend mixes the values by the softmax of the scaled scores', () => {
  expectClose(attention(tensorOf(scaled), tensorOf(key), tensorOf(value)), expected(query, key, value));
});

test('attend has the gradients of finite differences', () => {
  const c = randomValues('c', [batch * n, heads * size]);
  const unscaled = (q: Values) => map(q, (x) => x * Math.sqrt(size));
  const [forQuery, forKey, forValue] = engineGradients(attention, [scaled, key, value], c);
  const half = unscaled(scaled);
  expectClose(
    forQuery!,
    finiteDifferences((moved) => dot(expected(unscaled(moved), key, value), c), scaled),
  );
  expectClose(
    forKey!,
    finiteDifferences((moved) => dot(expected(half, moved, value), c), key),
  );
  expectClose(
    forValue!,
    finiteDifferences((moved) => dot(expected(half, key, moved), c), value),
  );
});

test('attend to one token gives its value, whatever the score', () => {
  const one = (x: Values) => tf.slice(tensorOf(x), [0, 0, 0, 0], [batch, heads, 1, size]);
  const y = valuesOf(attend(tensorOf(scaled), one(key), one(value), null));
  expectClose(
    y,
    filled([batch * n, heads * size], ([row, column]) =>
      at(value, Math.floor(row! / n), Math.floor(column! / size), 0, column! % size),
    ),
  );
});

test('scaledQuery divides by the root of the head size', () => {
  expect([...scaledQuery(tf.fill([1, 8], 3), 2).dataSync()]).toEqual(Array(8).fill(1.5));
});

test('causalMask lets a token see itself and earlier ones', () => {
  expect(causalMask(3).arraySync()).toEqual([
    [0, -1e9, -1e9],
    [0, 0, -1e9],
    [0, 0, 0],
  ]);
});

test('tokenMask broadcasts over heads and asking tokens', () => {
  const scores = tf.add(
    tf.zeros([2, 2, 3, 2]),
    tokenMask(
      tf.tensor2d([
        [0, -1],
        [-2, 0],
      ]),
    ),
  );
  expect(scores.arraySync()).toEqual([
    [0, 1].map(() => [0, 1, 2].map(() => [0, -1])),
    [0, 1].map(() => [0, 1, 2].map(() => [-2, 0])),
  ]);
});
