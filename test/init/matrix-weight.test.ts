import { expect, test } from 'vitest';
import { denseMatrixWeight, matrixDraw } from '../../harness/init/matrix-weight.ts';
import { streamsOf } from '../../harness/random.ts';

const count = 20_000;
const moments = (draws: Float32Array) => {
  const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  return { mean, variance: draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length };
};

test('linear matrices are uniform in ±0.1', () => {
  const draws = matrixDraw(count, 'linear', streamsOf('matrix', 0)('linear'));
  expect(Math.max(...draws.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.1));
  expect(Math.max(...draws)).toBeGreaterThan(0.0999);
  expect(Math.min(...draws)).toBeLessThan(-0.0999);
  // Variance (0.2)²/12; its estimate from 20,000 draws is within 3%.
  expect(moments(draws).variance / (0.04 / 12)).toBeCloseTo(1, 1);
  expect(moments(draws).mean).toBeCloseTo(0, 2);
});

test('embeddings are normal with variance 0.01, that is a standard deviation of 0.1', () => {
  const draws = matrixDraw(count, 'embedding', streamsOf('matrix', 0)('embedding'));
  expect(moments(draws).variance / 0.01).toBeCloseTo(1, 1);
  expect(moments(draws).mean).toBeCloseTo(0, 2);
  // 4.55% of a normal distribution lie outside two deviations, none of a uniform one of that variance.
  expect(draws.filter((value) => Math.abs(value) > 0.2).length / count).toBeCloseTo(0.0455, 2);
});

test('a matrix draws from the stream of its name', () => {
  const shape = { kind: 'matrix', name: 'output', inFeatures: 3, outFeatures: 4, use: 'linear' } as const;
  const draw = (seed: number, name: string) => denseMatrixWeight({ ...shape, name }, streamsOf('matrix', seed));
  expect(draw(0, 'output').length).toBe(12);
  expect(draw(0, 'output')).toEqual(draw(0, 'output'));
  expect(draw(0, 'output')).not.toEqual(draw(0, 'other'));
  expect(draw(0, 'output')).not.toEqual(draw(1, 'output'));
});
