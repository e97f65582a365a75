import { expect, test } from 'vitest';
import { maxPool } from '../../harness/engine/max-pool.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { dot, randomValues, values } from '../helpers/reference.ts';
import { maxPooled } from '../helpers/reference-vgg.ts';

test('maxPool takes the largest of each window, channel by channel', () => {
  const image = values([1, 2, 4, 2], [1, 8, 2, 7, -5, 0, -6, -1, 4, 6, 3, 5, -7, -2, -8, -3]);
  expect([...valuesOf(maxPool(tensorOf(image), 2)).data]).toEqual([4, 8, -5, 0]);
  expect(maxPool(tensorOf(image), 2).shape).toEqual([1, 1, 2, 2]);
});

test.each([
  { shape: [3, 6, 4, 2], size: 2, pooled: [3, 3, 2, 2] },
  { shape: [2, 6, 9, 3], size: 3, pooled: [2, 2, 3, 3] },
  { shape: [1, 5, 7, 2], size: 2, pooled: [1, 2, 3, 2] },
])(
  'maxPool of $shape by $size equals the reference, and its gradient finite differences',
  ({ shape, size, pooled }) => {
    const x = randomValues('x', shape);
    const c = randomValues('c', pooled);
    expectClose(maxPool(tensorOf(x), size), maxPooled(x, size));
    const [gradient] = engineGradients((input) => maxPool(input, size), [x], c);
    expectClose(
      gradient!,
      finiteDifferences((moved) => dot(maxPooled(moved, size), c), x),
    );
  },
);

test('the gradient of equal inputs goes to the first of them', () => {
  const [gradient] = engineGradients(
    (x) => maxPool(x, 2),
    [values([1, 2, 2, 1], [1, 3, 3, 3])],
    values([1, 1, 1, 1], [5]),
  );
  expect([...gradient!.data]).toEqual([0, 5, 0, 0]);
});
