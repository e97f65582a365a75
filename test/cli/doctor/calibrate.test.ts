import { expect, it } from 'vitest';
import { meanRates } from '../../../harness/cli/doctor/calibrate.ts';

it('has the geometric mean of what each busy core was measured at', () => {
  const one = { flopsPerSecond: 2e10, bytesPerSecond: 1e10, operationSeconds: 1e-5, scalarSpeed: 4 };
  const other = { flopsPerSecond: 8e10, bytesPerSecond: 1e10, operationSeconds: 4e-5, scalarSpeed: 1 };
  const mean = meanRates([one, other]);
  expect(mean.flopsPerSecond / 4e10).toBeCloseTo(1, 12);
  expect(mean.bytesPerSecond / 1e10).toBeCloseTo(1, 12);
  expect(mean.operationSeconds / 2e-5).toBeCloseTo(1, 12);
  expect(mean.scalarSpeed).toBeCloseTo(2, 12);
});
