import { expect, test } from 'vitest';
import { memoryCurve, residentGrowth } from '../../harness/bench/memory-curve.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import '../helpers/engine.ts';

test('notes memory and tensors at the start and at ten points', async () => {
  let calls = 0;
  const kept: { dispose(): void }[] = [];
  const before = tf.memory().numTensors;
  const task = () => {
    calls++;
    if (calls === 15) kept.push(tf.scalar(1));
  };
  const told: number[] = [];
  const points = await memoryCurve(
    task,
    25,
    ({ calls: done }) => told.push(done),
    () => 100 + calls,
  );
  for (const tensor of kept) tensor.dispose();
  expect(calls).toBe(25);
  expect(points.map((point) => point.calls)).toEqual([0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25]);
  expect(told).toEqual(points.map((point) => point.calls));
  expect(points.map(({ resident }) => resident)).toEqual(points.map((point) => 100 + point.calls));
  expect(points.map(({ tensors }) => tensors - before)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
});

test('growth is counted from the first tenth on', () => {
  const point = (calls: number, resident: number) => ({ calls, resident, tensors: 0 });
  expect(residentGrowth([point(0, 50), point(1, 100), point(2, 90), point(3, 103)])).toBeCloseTo(0.03, 12);
  expect(residentGrowth([point(0, 50), point(1, 100)])).toBeNull();
});
