import { describe, expect, it } from 'vitest';
import { holm } from '../../harness/statistics/holm.ts';

describe('holm', () => {
  it('steps down: 0.01 x 4, 0.02 x 3, 0.03 x 2 raised to the one before, 0.5 x 1', () => {
    expect(rounded(holm([0.02, 0.5, 0.01, 0.03]))).toEqual([0.06, 0.5, 0.04, 0.06]);
  });

  it('stops at 1 and leaves out tests that were not possible', () => {
    expect(rounded(holm([0.4, null, 0.9]))).toEqual([0.8, null, 0.9]);
    expect(rounded(holm([0.7, 0.6]))).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

function rounded(values: (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : Number(value.toFixed(12))));
}
