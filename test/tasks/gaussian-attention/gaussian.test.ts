import { describe, expect, it, test } from 'vitest';
import {
  alongPath,
  conjunctionOf,
  type Gaussian,
  scoreByWay,
  scoreOf,
} from '../../../harness/tasks/gaussian-attention/gaussian.ts';
import { at } from '../../helpers/reference.ts';
import { numpyScores, smallLogs, smallQuestions, smallShifts, smallVectors } from '../../helpers/small-memory.ts';

const vector = (entity: number) => Float64Array.of(at(smallVectors, entity, 0), at(smallVectors, entity, 1));
const relation = (index: number): Gaussian => ({
  mean: Float64Array.of(at(smallShifts, index, 0), at(smallShifts, index, 1)),
  variance: Float64Array.of(Math.exp(at(smallLogs, index, 0)), Math.exp(at(smallLogs, index, 1))),
});
const entities = [0, 1, 2, 3].map(vector);

test('the score of a path is NumPy’s, and the best that both steps’ scores add up to', () => {
  const [{ start, path }] = smallQuestions.path as [{ start: number; path: number[] }];
  const steps = path.map(relation) as [Gaussian, Gaussian];
  const whole = alongPath(vector(start), steps);
  entities.forEach((v, entity) => {
    expect(scoreOf(v, whole)).toBeCloseTo(numpyScores['trans-gaussian'].path.scores[entity]!, 9);
    expect(scoreByWay(vector(start), steps, v)).toBeCloseTo(scoreOf(v, whole), 12);
  });
});

test('no vector between is better than the one that the way goes by', () => {
  const [first, second] = [relation(0), relation(1)];
  const [a, v] = [vector(0), vector(3)];
  const best = scoreByWay(a, [first, second], v);
  for (let x = -3; x <= 3; x += 0.25) {
    for (let y = -3; y <= 3; y += 0.25) {
      const z = Float64Array.of(x, y);
      const sum = scoreOf(z, alongPath(a, [first])) + scoreOf(v, alongPath(z, [second]));
      expect(sum).toBeLessThanOrEqual(best + 1e-12);
    }
  }
});

test('the covariance of a sum of independent normal vectors is the sum of covariances: by convolution', () => {
  // One dimension: ∫ exp(s₁(z))·exp(s₂(v − z)) dz is a Gaussian in v, whose logarithm bends by 1/(σ₁² + σ₂²).
  const [own, other] = [0.7, 1.9];
  const density = (v: number) => {
    let sum = 0;
    for (let z = -20; z <= 20; z += 0.01) sum += 0.01 * Math.exp(-(z ** 2) / (2 * own) - (v - z) ** 2 / (2 * other));
    return Math.log(sum);
  };
  const bend = -(density(0.5) - 2 * density(0) + density(-0.5)) / 0.25;
  const { variance } = alongPath(Float64Array.of(0), [
    { mean: Float64Array.of(0), variance: Float64Array.of(own) },
    { mean: Float64Array.of(0), variance: Float64Array.of(other) },
  ]);
  expect(1 / bend).toBeCloseTo(variance[0]!, 6);
});

describe('a conjunction', () => {
  const conditions = smallQuestions.conjunction.map(({ start, path }) => alongPath(vector(start), path.map(relation)));
  const summed = (v: Float64Array) => conditions.reduce((sum, condition) => sum + scoreOf(v, condition), 0);

  it('has the sum of its conditions’ scores, as NumPy does', () => {
    entities.forEach((v, entity) => {
      expect(summed(v)).toBeCloseTo(numpyScores['trans-gaussian'].conjunction.scores[entity]!, 8);
    });
  });

  it('attends as one Gaussian whose precision is the sum of theirs', () => {
    const joined = conjunctionOf(conditions);
    joined.variance.forEach((variance, i) => {
      const precision = conditions.reduce((sum, condition) => sum + 1 / condition.variance[i]!, 0);
      expect(1 / variance).toBeCloseTo(precision, 12);
    });
    const highest = summed(joined.mean);
    for (const v of entities) expect(summed(v)).toBeCloseTo(highest + scoreOf(v, joined), 12);
  });
});
