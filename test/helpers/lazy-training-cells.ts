import type { LazyTrainingExperimentSpec } from '../../harness/spec/lazy-training.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { lazyTraining } from '../../suites/lazy-training.ts';

/** The smoke suite of lazy training in 16 dimensions: every regime, target and fit at N = d/2. */
export function tinyLazySuite(): SuiteSpec<LazyTrainingExperimentSpec> {
  const suite = structuredClone(lazyTraining) as SuiteSpec<LazyTrainingExperimentSpec>;
  const profile = structuredClone(suite.profiles.smoke!);
  const experiments = profile.experiments.map((experiment): LazyTrainingExperimentSpec => {
    const arms = (['random-features', 'neural-tangent', 'neural-network'] as const).map((method) => ({
      method,
      factors: { width_ratio: [0.5], fit: ['closed-form' as const, 'gradient-descent' as const, 'adam' as const] },
    }));
    return {
      ...experiment,
      dimension: 16,
      sampledExamples: 500,
      gradientDescent: { ...experiment.gradientDescent!, steps: 1500 },
      adam: { ...experiment.adam!, steps: 100, batchSize: 20 },
      arms,
    };
  });
  return { ...suite, profiles: { smoke: { ...profile, experiments } } };
}
