import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { streamsOf } from '../../../harness/random.ts';
import { type RegimeName, regimeNames, type TargetName, targetNames } from '../../../harness/spec/lazy-training.ts';
import { drawFeatures, drawTarget } from '../../../harness/tasks/lazy-training/draws.ts';
import { mixtureTarget } from '../../../harness/tasks/lazy-training/mixture.ts';
import { meanTangentRisk, optimumOf } from '../../../harness/tasks/lazy-training/optimum.ts';
import { quadraticTarget } from '../../../harness/tasks/lazy-training/quadratic.ts';
import { regimeOf } from '../../../harness/tasks/lazy-training/regime.ts';
import { traceOf } from '../../../harness/tasks/lazy-training/target.ts';
import { ndArray } from '../../../harness/tensor/nd-array.ts';

interface Case {
  target: TargetName;
  diagonal: number[];
  features: number[][];
  least: Record<RegimeName, number>;
}

/** What make-fixtures.py computes with NumPy from fourth moments alone. */
const cases = JSON.parse(
  readFileSync(new URL('./fixtures/least-risks.json', import.meta.url), 'utf8'),
) as readonly Case[];

const makers = { quadratic: quadraticTarget, mixture: mixtureTarget };

describe.each(cases)('of $target with features $features.length', ({ target: name, diagonal, features, least }) => {
  const target = makers[name](Float64Array.from(diagonal));
  const w = ndArray([features.length, diagonal.length], features.flat());

  it.each(regimeNames)('%s has the least risk that NumPy finds, by formula and by its network', (regime) => {
    const { theta, captured } = optimumOf(regime, w, target);
    expect(target.leastRisk(captured)).toBeCloseTo(least[regime], 9);
    const form = regimeOf(regime, w, target).form(theta);
    expect(target.risk(form, -traceOf(form)) / target.constantRisk).toBeCloseTo(least[regime], 9);
  });
});

it('NT of the quadratic target has on average over features what the formula of its mean says', () => {
  const [d, width, draws] = [12, 5, 200];
  const target = quadraticTarget(Float64Array.from({ length: d }, (_, k) => 0.1 + (k % 5) / 3));
  const risks = Array.from({ length: draws }, (_, seed) => {
    const w = drawFeatures(width, d, streamsOf('mean', seed));
    return target.leastRisk(optimumOf('neural-tangent', w, target).captured);
  });
  const mean = risks.reduce((sum, risk) => sum + risk, 0) / draws;
  const deviation = Math.sqrt(risks.reduce((sum, risk) => sum + (risk - mean) ** 2, 0) / (draws - 1));
  expect(Math.abs(mean - meanTangentRisk(width, target))).toBeLessThan((4 * deviation) / Math.sqrt(draws));
  expect(deviation / Math.sqrt(draws)).toBeLessThan(0.006);
  expect(meanTangentRisk(0, target)).toBeCloseTo(1, 12);
  expect(meanTangentRisk(d, target)).toBe(0);
});

it.each(targetNames)(
  'of %s, regimes contain each other at every width, and vanish where they have all forms',
  (name) => {
    const d = 20;
    const target = drawTarget(name, d, streamsOf('order', 3));
    const widths = [5, 10, 20, 40];
    const risks = widths.map((width) => {
      const w = drawFeatures(width, d, streamsOf('order', 3));
      return regimeNames.map((regime) => target.leastRisk(optimumOf(regime, w, target).captured));
    });
    for (const [rf, nt, nn] of risks.slice(0, 2)) {
      expect(nt).toBeLessThan(rf!);
      expect(nn).toBeLessThan(nt!);
    }
    const entire =
      name === 'quadratic' ? 0 : 1 / (1 + target.diagonal.reduce((s, x) => s + (x * x) / (1 + x * x), 0) / 2);
    for (const [rf, nt, nn] of risks.slice(2)) {
      expect(nt).toBeCloseTo(entire, 12);
      expect(nn).toBeCloseTo(entire, 12);
      expect(rf).toBeGreaterThan(entire + 0.01);
    }
    const falling = risks.map(([rf]) => rf!);
    expect([...falling].sort((a, b) => b - a)).toEqual(falling);
  },
);

it('features of a narrower network are the first of a wider one’s', () => {
  const [narrow, wide] = [3, 8].map((width) => drawFeatures(width, 5, streamsOf('nested', 0)).data);
  expect(wide!.subarray(0, 15)).toEqual(narrow);
});

it('dependent features are refused, not solved in silence', () => {
  const w = ndArray([2, 3], [1, 2, 3, 1, 2, 3]);
  expect(() => optimumOf('random-features', w, quadraticTarget(Float64Array.of(1, 2, 3)))).toThrow('cholesky: pivot 1');
});
