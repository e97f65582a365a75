import { expect, test } from 'vitest';
import { maxPool, maxPoolTangent } from '../../../harness/engine/ops/max-pool.ts';
import { engineGradients, expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { directionalDifference, finiteDifferences } from '../../helpers/finite-differences.ts';
import { dot, randomValues, values } from '../../helpers/reference.ts';
import { maxPooled } from '../../helpers/reference-vgg.ts';

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

test.each([
  { shape: [3, 6, 4, 2], size: 2, pooled: [3, 3, 2, 2] },
  { shape: [1, 5, 7, 2], size: 2, pooled: [1, 2, 3, 2] },
])('maxPoolTangent of $shape by $size is the derivative along a direction', ({ shape, size, pooled }) => {
  const [x, direction, c] = [randomValues('x', shape), randomValues('direction', shape), randomValues('c', pooled)];
  const derivative = (along: typeof x) => directionalDifference((moved) => maxPooled(moved, size), x, along);
  const input = tensorOf(x);
  const y = maxPool(input, size);
  expectClose(maxPoolTangent(input, y, tensorOf(direction), size), derivative(direction));
  const [gradient] = engineGradients((along) => maxPoolTangent(input, y, along, size), [direction], c);
  expectClose(
    gradient!,
    finiteDifferences((moved) => dot(derivative(moved), c), direction),
  );
});

test('the tangent of equal inputs is that of the first of them, as the gradient', () => {
  const x = tensorOf(values([1, 2, 2, 1], [1, 3, 3, 3]));
  const along = tensorOf(values([1, 2, 2, 1], [10, 20, 30, 40]));
  expect([...valuesOf(maxPoolTangent(x, maxPool(x, 2), along, 2)).data]).toEqual([20]);
});
