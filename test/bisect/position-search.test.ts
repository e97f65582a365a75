import { describe, expect, test } from 'vitest';
import { nextStep, placeChange } from '../../harness/bisect/position-search.ts';

describe('a change among commits in a row', () => {
  const counts = Array.from({ length: 31 }, (_, at) => at + 2);

  test.each(counts)('is placed among %i, wherever it is, with log2 N questions', async (count) => {
    for (let change = 1; change < count; change++) {
      let asked = 0;
      const placed = await placeChange(count, async (at) => {
        asked++;
        return at >= change;
      });
      expect(placed).toMatchObject({ first: change, last: change });
      expect(asked).toBeLessThanOrEqual(Math.ceil(Math.log2(count - 1)));
    }
  });

  test('is placed in a range where commits beside it cannot be asked, and nowhere else', async () => {
    const count = 16;
    const skipped = new Set([3, 6, 7, 8]);
    for (let change = 1; change < count; change++) {
      const asked: number[] = [];
      const { first, last, marks } = await placeChange(count, async (at) => {
        asked.push(at);
        return skipped.has(at) ? null : at >= change;
      });
      expect(new Set(asked).size).toBe(asked.length);
      expect(first <= change && change <= last).toBe(true);
      for (let at = first; at < last; at++) expect(skipped.has(at)).toBe(true);
      expect(marks[first - 1]).toBe('good');
      expect(marks[last]).toBe('bad');
    }
  });

  test('takes the nearest to the middle where that was skipped', () => {
    expect(nextStep(['good', null, null, 'skipped', null, null, 'bad'])).toEqual({ ask: 2 });
    expect(nextStep(['good', 'skipped', 'skipped', 'bad'])).toEqual({ first: 1, last: 3 });
    expect(() => nextStep([null, 'bad'])).toThrow('the first position must be good');
  });
});
