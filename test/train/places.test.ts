import { expect, test } from 'vitest';
import { type Place, placesOf } from '../../harness/train/places.ts';

const measuredPoints = (places: readonly Place[]) =>
  places.flatMap(({ point, isMeasured }) => (isMeasured ? [point + 1] : []));

test('every point is measured where nothing else is said', () => {
  expect(measuredPoints(placesOf([{ steps: 5, stepsPerPoint: 2 }]))).toEqual([1, 2, 3]);
});

test.each([
  // Seven points: two thirds, and the last.
  [[{ steps: 14, stepsPerPoint: 2, pointsPerMeasurement: 3 }], [3, 6, 7]],
  // The last point comes early, in the middle of its steps.
  [[{ steps: 13, stepsPerPoint: 2, pointsPerMeasurement: 3 }], [3, 6, 7]],
  [[{ steps: 12, stepsPerPoint: 2, pointsPerMeasurement: 3 }], [3, 6]],
  [[{ steps: 14, stepsPerPoint: 2, pointsPerMeasurement: 1 }], [1, 2, 3, 4, 5, 6, 7]],
  // Longer than the phase.
  [[{ steps: 14, stepsPerPoint: 2, pointsPerMeasurement: 100 }], [7]],
  // Counted from the start of each phase, whose last point is measured.
  [
    [
      { steps: 4, stepsPerPoint: 1, pointsPerMeasurement: 3 },
      { steps: 10, stepsPerPoint: 2, pointsPerMeasurement: 3 },
    ],
    [3, 4, 7, 9],
  ],
])('points are measured every so many, and at the end of each phase: %j', (phases, expected) => {
  expect(measuredPoints(placesOf(phases))).toEqual(expected);
});
