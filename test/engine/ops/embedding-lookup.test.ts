import { describe, expect, test } from 'vitest';
import { embeddingLookup } from '../../../harness/engine/ops/embedding-lookup.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { engineGradients, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { randomValues, values } from '../../helpers/reference.ts';

const table = values([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
const ids = () => tf.tensor1d([2, 0, 2], 'int32');

describe('embeddingLookup', () => {
  test('gives the rows of the ids', () => {
    const rows = valuesOf(embeddingLookup(tensorOf(table), ids()));
    expect([...rows.shape, ...rows.data]).toEqual([3, 2, 5, 6, 1, 2, 5, 6]);
  });

  test('adds up the gradients of an id that occurs twice, and gives zeros where no id points to', () => {
    const [gradient] = engineGradients(
      (rows) => embeddingLookup(rows, ids()),
      [table],
      values([3, 2], [1, 10, 2, 20, 4, 40]),
    );
    expect([...gradient!.shape, ...gradient!.data]).toEqual([4, 2, 2, 20, 0, 0, 5, 50, 0, 0]);
  });

  test('takes ids that are made on the way', () => {
    const [gradient] = engineGradients(
      (rows) => embeddingLookup(rows, tf.reshape(tf.tensor2d([[1], [1]], [2, 1], 'int32'), [2])),
      [table],
      values([2, 2], [1, 2, 3, 4]),
    );
    expect([...gradient!.data]).toEqual([0, 0, 4, 6, 0, 0, 0, 0]);
  });

  test('has a gradient with the same bits every time', () => {
    const [many, rows] = [randomValues('table', [3, 4]), randomValues('rows', [500, 4])];
    const numbers = tf.tensor1d(
      Int32Array.from({ length: 500 }, (_, i) => (i * i) % 3),
      'int32',
    );
    const gradients = [0, 1, 2].map(() => engineGradients((t) => embeddingLookup(t, numbers), [many], rows)[0]!.data);
    expect(gradients[1]).toEqual(gradients[0]);
    expect(gradients[2]).toEqual(gradients[0]);
  });

  test('refuses an id that the table lacks', () => {
    expect(() => embeddingLookup(tensorOf(table), tf.tensor1d([4], 'int32'))).toThrow(/not in \[0, 4\)/);
  });
});
