/**
 * The n-th root of a number that is not negative, n a whole number from 1 on, by Newton steps: unlike Math.cbrt, Math.exp
 * and `**`, the same to the bit in every version of Node. Within some roundings of the exact root.
 */
export function rootOf(value: number, n: number): number {
  if (value === 0 || !Number.isFinite(value) || n === 1) return value;
  // Exact powers of two take the value into [1, 2^n), and its root into [1, 2).
  const power = powerOf(2, n);
  let [scale, within] = [1, value];
  for (; within >= power; within /= power) scale *= 2;
  for (; within < 1; within *= power) scale /= 2;
  // From above, the steps fall to the root, until rounding stops them.
  let root = 2;
  for (;;) {
    const below = powerOf(root, n - 1);
    const next = root - (below * root - within) / (n * below);
    if (!(next < root)) return scale * root;
    root = next;
  }
}

/** x·x ··· x of n factors, one after the other: in every version of Node the same, which `**` is not. */
export function powerOf(x: number, n: number): number {
  let power = 1;
  for (let k = 0; k < n; k++) power *= x;
  return power;
}
