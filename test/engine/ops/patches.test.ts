import { expect, test } from 'vitest';
import { patches } from '../../../harness/engine/ops/patches.ts';
import { expectClose, tensorOf, valuesOf } from '../../helpers/engine.ts';
import { convolution, matMul, randomValues } from '../../helpers/reference.ts';

test.each([
  [3, 3, 1, 4, 5],
  [3, 3, 2, 4, 5],
  [3, 3, 2, 5, 4],
  [1, 1, 1, 4, 4],
  [1, 1, 2, 4, 5],
  [3, 1, 1, 4, 3],
])('with a filter of %i x %i at stride %i over %i x %i, patches times filter is the convolution', (...sizes) => {
  const [k1, k2, stride, height, width] = sizes;
  const x = randomValues('x', [2, height, width, 3]);
  const filter = randomValues('filter', [k1, k2, 3, 4]);
  const expected = convolution(x, filter, [stride, stride]);
  const [rows, length] = [expected.data.length / 4, k1 * k2 * 3];
  const seen = valuesOf(patches(tensorOf(x), [k1, k2], stride));
  expect(seen.shape).toEqual([rows, length]);
  expectClose(matMul(seen, { shape: [length, 4], data: filter.data }), { shape: [rows, 4], data: expected.data });
});
