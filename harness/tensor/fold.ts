import { UsageError } from '../errors.ts';

/**
 * The three dims that the o x i matrix of a pointwise convolution is folded into (Khodak et al. 2021, released code):
 * the cube root of o·i three times where it is whole, else twice the smallest divisor of what is left that is at least
 * the rounded cube root, and the rest. The fold keeps the order of the entries, so a dim may run across rows.
 *
 * @throws UsageError where the last dim is 1, so that the tensor would have fewer than three
 */
export function foldedDims(rows: number, columns: number): [number, number, number] {
  const size = rows * columns;
  const root = Math.round(Math.cbrt(size));
  if (root * root * root === size) return refuseFlat([root, root, root], rows, columns);
  const first = smallestDivisor(size, root);
  const second = smallestDivisor(size / first, root);
  return refuseFlat([first, second, size / first / second], rows, columns);
}

/** The smallest divisor of `size` that is at least `least`; `size` itself where there is none below. */
function smallestDivisor(size: number, least: number): number {
  for (let divisor = least; divisor < size; divisor++) if (size % divisor === 0) return divisor;
  return size;
}

function refuseFlat(dims: [number, number, number], rows: number, columns: number): [number, number, number] {
  if (dims.every((size) => size > 1)) return dims;
  throw new UsageError(
    `a ${rows} x ${columns} pointwise matrix does not fold into three dims above 1 (it gives ${dims.join(' x ')}); ` +
      'use channel counts with more divisors',
  );
}
