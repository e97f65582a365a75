import { expect, test } from 'vitest';
import { meanPool, neighbourhoodMean } from '../../../harness/engine/ops/mean-pool.ts';
import { engineGradients, expectClose, tensorOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, dot, filled, randomValues, type Values } from '../../helpers/reference.ts';

/** Means of the pixels of each window that are in the image. */
function averaged(x: Values, shape: readonly number[], size: number, stride: number, before: number): Values {
  const [, height, width] = x.shape as [number, number, number];
  return filled(shape, ([n, row, column, channel]) => {
    let [sum, count] = [0, 0];
    for (let y = row! * stride - before; y < row! * stride - before + size; y++) {
      for (let z = column! * stride - before; z < column! * stride - before + size; z++) {
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        sum += at(x, n!, y, z, channel!);
        count++;
      }
    }
    return sum / count;
  });
}

test.each([
  { shape: [2, 4, 6, 3], size: 2, pooled: [2, 2, 3, 3] },
  { shape: [1, 5, 5, 2], size: 5, pooled: [1, 1, 1, 2] },
])('meanPool of $shape by $size equals the reference, and its gradient finite differences', (given) => {
  const { shape, size, pooled } = given;
  const [x, c] = [randomValues('x', shape), randomValues('c', pooled)];
  const reference = (moved: Values) => averaged(moved, pooled, size, size, 0);
  expectClose(meanPool(tensorOf(x), size), reference(x));
  const [gradient] = engineGradients((input) => meanPool(input, size), [x], c);
  expectClose(
    gradient!,
    finiteDifferences((moved) => dot(reference(moved), c), x),
  );
});

test.each([[[2, 4, 6, 3]], [[1, 1, 1, 2]], [[1, 2, 5, 1]]])(
  'neighbourhoodMean of %j leaves out what is beyond the image, and has the gradient of finite differences',
  (shape) => {
    const [x, c] = [randomValues('x', shape), randomValues('c', shape)];
    const reference = (moved: Values) => averaged(moved, shape, 3, 1, 1);
    expectClose(neighbourhoodMean(tensorOf(x), 3), reference(x));
    const [gradient] = engineGradients((input) => neighbourhoodMean(input, 3), [x], c);
    expectClose(
      gradient!,
      finiteDifferences((moved) => dot(reference(moved), c), x),
    );
    expect(gradient!.shape).toEqual(shape);
  },
);
