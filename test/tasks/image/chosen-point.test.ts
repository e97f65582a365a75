import { expect, it } from 'vitest';
import { chosenPoint } from '../../../harness/tasks/image/chosen-point.ts';

/** One point an epoch: validation accuracy and loss, test accuracy. */
const curve = (...points: [accuracy: number | null, loss: number | null, test: number | null][]) =>
  points.map(([accuracy, loss, test], index) => ({
    at: index + 1,
    seconds: 1,
    values: { validation_accuracy: accuracy, validation_loss: loss, test_accuracy: test },
  }));

it('is where the held-out images say so, though the test images prefer another', () => {
  const points = curve([0.3, 2, 0.9], [0.6, 1, 0.5], [0.5, 1.1, 0.7]);
  expect(chosenPoint(points)?.at).toBe(2);
});

it('does not move with the test images', () => {
  for (const [first, second, third] of [
    [0, 0, 1],
    [1, 0, 0],
    [null, null, null],
  ] as const) {
    expect(chosenPoint(curve([0.3, 2, first], [0.6, 1, second], [0.5, 1.1, third]))?.at).toBe(2);
  }
});

it('is the earliest of equal ones', () => {
  expect(chosenPoint(curve([0.5, 2, 0.1], [0.5, 1, 0.9], [0.4, 1, 0.9]))?.at).toBe(1);
});

it('is never one whose loss is no number, nor one that was not measured', () => {
  expect(chosenPoint(curve([0.2, 2, 0.1], [0.5, null, 0.9], [null, null, null]))?.at).toBe(1);
});

it('passes over points between validations', () => {
  const [first, second, third, last] = curve([0.3, 2, 0.9], [0.9, 1, 0.2], [0.6, 1, 0.5], [0.5, 1.1, 0.7]);
  const skipped = { ...second!, values: { train_loss: 0.1 } };
  expect(chosenPoint([first!, skipped, third!, last!])?.at).toBe(3);
  expect(chosenPoint([skipped, last!])?.at).toBe(4);
  expect(chosenPoint([skipped])).toBeUndefined();
});

it('is none where nothing was held out, or nothing is there', () => {
  expect(chosenPoint([{ at: 1, seconds: 1, values: { test_accuracy: 0.5 } }])).toBeUndefined();
  expect(chosenPoint([])).toBeUndefined();
});
