import { describe, expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { variableOf } from '../../../harness/engine/variable.ts';
import {
  type AttentionProduct,
  outputValueProduct,
  queryKeyProduct,
} from '../../../harness/nn/transformer/attention-product.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, filled, halfSquare, matMul, randomValues, transposed, type Values } from '../../helpers/reference.ts';
import { inputTensors, sentences, tinyTransformer } from '../../helpers/tiny-transformer.ts';

const [width, heads, size] = [5, 3, 2];
const inner = heads * size;

/** Columns of one head. */
const columns = (w: Values, head: number) => filled([width, size], ([i, j]) => at(w, i!, head * size + j!));
/** Rows of one head. */
const rows = (w: Values, head: number) => filled([size, width], ([i, j]) => at(w, head * size + i!, j!));

const kinds: [
  string,
  (name: string) => [AttentionProduct, Values, Values],
  (l: Values, r: Values, h: number) => Values,
][] = [
  [
    'query-key: W_q W_kᵀ',
    (name) => {
      const [query, key] = variables(name, [width, inner], [width, inner]);
      return [queryKeyProduct(query, key, heads), valuesOf(query.value), valuesOf(key.value)];
    },
    (query, key, head) => matMul(columns(query, head), transposed(columns(key, head))),
  ],
  [
    'output-value: W_v W_o',
    (name) => {
      const [value, output] = variables(name, [width, inner], [inner, width]);
      return [outputValueProduct(value, output, heads), valuesOf(value.value), valuesOf(output.value)];
    },
    (value, output, head) => matMul(columns(value, head), rows(output, head)),
  ],
];

function variables(name: string, left: number[], right: number[]) {
  const make = (part: string, shape: number[]) =>
    variableOf(part, 'factor', Float32Array.from(randomValues(`${name}/${part}`, shape).data), shape);
  return [make('left', left), make('right', right)] as const;
}

/** The heads' products as one batch. */
const batchOf = (productOf: (head: number) => Values) =>
  filled([heads, width, width], ([head, i, j]) => at(productOf(head!), i!, j!));

describe.each(kinds)('%s', (_, build, productOf) => {
  test('is one matrix a head', () => {
    const [product, left, right] = build('matrix');
    expectClose(
      product.matrix(),
      batchOf((head) => productOf(left, right, head)),
    );
  });

  test('has the Frobenius gradients of finite differences, in the order of its variables', () => {
    const [product, left, right] = build('gradients');
    const penalty = (l: Values, r: Values) => halfSquare(batchOf((head) => productOf(l, r, head)));
    const [forLeft, forRight] = product.frobeniusGradients()!;
    expectClose(
      forLeft!,
      finiteDifferences((moved) => penalty(moved, right), left),
    );
    expectClose(
      forRight!,
      finiteDifferences((moved) => penalty(left, moved), right),
    );
  });

  test('keeps its value when it is balanced, and its factors then have equal Gram matrices, diagonal ones', () => {
    const [product, left, right] = build('balance');
    const before = tf.memory().numTensors;
    product.balance();
    expect(tf.memory().numTensors).toBe(before);
    expectClose(
      product.matrix(),
      batchOf((head) => productOf(left, right, head)),
    );
    const [newLeft, newRight] = product.variables.map(({ value }) => valuesOf(value)) as [Values, Values];
    expect(newLeft).not.toEqual(left);
    for (let head = 0; head < heads; head++) {
      const u = columns(newLeft, head);
      const v = newRight.shape[0] === width ? columns(newRight, head) : transposed(rows(newRight, head));
      const [gramU, gramV] = [matMul(transposed(u), u), matMul(transposed(v), v)];
      expectClose(gramV, gramU);
      expect(Math.abs(at(gramU, 0, 1))).toBeLessThan(1e-5 * at(gramU, 0, 0));
    }
  });
});

test('a model with balanced attention gives the logits of the same model without', () => {
  const plain = tinyTransformer();
  const balanced = tinyTransformer({ spectralAttention: ['query-key', 'output-value'] });
  const changed = balanced.variables.filter(({ role }) => role === 'factor').map(({ name }) => name);
  expect(changed.length).toBe(5 * 4);
  const inputs = inputTensors(sentences);
  expectClose(balanced.apply(inputs), valuesOf(plain.apply(inputs)));
  const [query, other] = [plain, balanced].map(
    ({ variables: all }) => all.find(({ name }) => name === 'encoder.1.self.query')!.value,
  );
  expect(valuesOf(query!)).not.toEqual(valuesOf(other!));
});

test('a model lists the products of its attentions by kind', () => {
  const { products } = tinyTransformer();
  const names = (kind: 'query-key' | 'output-value') =>
    products[kind].flatMap(({ variables: all }) => all.map(({ name }) => name));
  expect(names('query-key').slice(0, 2)).toEqual(['encoder.1.self.query', 'encoder.1.self.key']);
  expect(names('query-key').length).toBe(2 * 5);
  expect(names('output-value')).toEqual([
    'encoder.1.self.value',
    'encoder.1.self.output',
    'decoder.1.self.value',
    'decoder.1.self.output',
    'decoder.1.cross.value',
    'decoder.1.cross.output',
    'decoder.2.self.value',
    'decoder.2.self.output',
    'decoder.2.cross.value',
    'decoder.2.cross.output',
  ]);
});
