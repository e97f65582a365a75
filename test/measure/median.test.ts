import { describe, expect, test } from 'vitest';
import { median } from '../../harness/measure/median.ts';

describe('median', () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[10, 9, 2, 100], 9.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('refuses no values', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
