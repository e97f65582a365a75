import { expect, test } from 'vitest';
import { alternate } from '../../harness/measure/alternation.ts';

test('alternate measures in turn, every other time in the opposite order', async () => {
  const order: string[] = [];
  const measuring = (name: string) => async () => {
    order.push(name);
    return order.length;
  };
  const told: [number, readonly number[]][] = [];
  const values = await alternate(['a', 'b', 'c'].map(measuring), 3, (given, alternation) =>
    told.push([alternation, given]),
  );
  expect(order.join('')).toBe('abccbaabc');
  expect(values).toEqual([
    [1, 6, 7],
    [2, 5, 8],
    [3, 4, 9],
  ]);
  expect(told).toEqual([
    [0, [1, 2, 3]],
    [1, [6, 5, 4]],
    [2, [7, 8, 9]],
  ]);
});

test('a steady drift cancels over two alternations', async () => {
  // Each measurement takes one longer than the one before.
  let clock = 0;
  const drifting = async () => ++clock;
  const [a, b] = await alternate([drifting, drifting], 2, () => {});
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  expect(sum(a!)).toBe(sum(b!));
});

test('alternate ends at the first failure', async () => {
  let calls = 0;
  const failing = async () => {
    throw new Error(`call ${++calls}`);
  };
  await expect(alternate([failing, failing], 5, () => {})).rejects.toThrow('call 1');
  expect(calls).toBe(1);
});
