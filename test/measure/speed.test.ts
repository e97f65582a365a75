import { describe, expect, test } from 'vitest';
import { timeTask, timingOf } from '../../harness/measure/speed.ts';

/** Times a task whose calls take the given milliseconds in turn, by a clock that stands still otherwise. */
function timed(lengths: readonly number[], calls: { warmup: number; timed: number }) {
  let [time, call] = [0, 0];
  const task = () => {
    time += lengths[call++]!;
  };
  return timeTask(task, calls, () => time);
}

describe('timeTask', () => {
  test('calls the task warm-up and timed times, no more', async () => {
    let calls = 0;
    await timeTask(() => void calls++, { warmup: 2, timed: 5 });
    expect(calls).toBe(7);
  });

  test('gives the median milliseconds of the timed calls, whatever the warm-up calls and one outlier take', async () => {
    const { median } = await timed([60, 60, 2, 60, 2, 2, 2], { warmup: 2, timed: 5 });
    expect(median).toBeGreaterThanOrEqual(2);
    expect(median).toBeLessThan(40);
  });

  test('gives half the distance between the quartiles over the median', async () => {
    // Sorted 10, 20, 30, 40, 50: quartiles 20 and 40, so 10/30.
    const { median, spread } = await timed([1, 30, 10, 50, 20, 40], { warmup: 1, timed: 5 });
    expect(median).toBeGreaterThanOrEqual(30);
    expect(median).toBeLessThan(40);
    expect(spread).toBeGreaterThan(0.2);
    expect(spread).toBeLessThan(0.45);
  });

  test('measures by the clock of the machine, unless told otherwise', async () => {
    const task = () => {
      const end = performance.now() + 20;
      while (performance.now() < end);
    };
    expect((await timeTask(task, { warmup: 1, timed: 3 })).best).toBeGreaterThanOrEqual(19);
  });

  test('passes the error of its task on', async () => {
    const task = () => {
      throw new Error('broken task');
    };
    await expect(timeTask(task, { warmup: 1, timed: 2 })).rejects.toThrow('broken task');
  });
});

describe('timingOf', () => {
  test.each([
    [[7], { median: 7, best: 7, spread: 0 }],
    [[4, 2], { median: 3, best: 2, spread: 1 / 3 }],
    [[50, 10, 40, 20, 30], { median: 30, best: 10, spread: 10 / 30 }],
    // Quartiles 3 and 6.
    [[8, 7, 6, 5, 4, 3, 2, 1], { median: 4.5, best: 1, spread: 1.5 / 4.5 }],
  ])('summarizes %j', (milliseconds, expected) => {
    expect(timingOf(milliseconds)).toEqual(expected);
  });
});
