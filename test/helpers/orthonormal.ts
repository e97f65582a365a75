import { expect } from 'vitest';
import { matMul, transposed, type Values } from './reference.ts';

/** X·Xᵀ = I to some roundings. */
export function expectOrthonormalRows(x: { readonly shape: readonly number[]; readonly data: Float64Array }): void {
  expect(farthestFromIdentity(matMul(x, transposed(x)))).toBeLessThan(1e-12);
}

function farthestFromIdentity({ shape, data }: Values): number {
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - (i % (shape[0]! + 1) === 0 ? 1 : 0))), 0);
}
