import { planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { AttentionExperimentSpec } from '../../harness/spec/gaussian-attention.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { gaussianAttention } from '../../suites/gaussian-attention.ts';

/** The smoke suite of Gaussian attention, cut to a few players, epochs and dimensions. */
export function tinyAttentionSuite(): SuiteSpec<AttentionExperimentSpec> {
  const profile = structuredClone(gaussianAttention.profiles.smoke!);
  const [experiment] = profile.experiments;
  const sizes = { players: 20, clubs: 5, countries: 3, positions: 4, ages: 5, numbers: 7 };
  const tiny: AttentionExperimentSpec = {
    ...experiment!,
    models: [{ name: 'memory', dimension: 4 }],
    fallbackDataset: { name: 'football', ...sizes, validationQuestions: 20, testQuestions: 20 },
    training: { ...experiment!.training, epochs: 3, batchSize: 32, validateEvery: 1 },
    encoder: { ...experiment!.encoder!, epochs: 2, hidden: 8 },
  };
  return { ...gaussianAttention, profiles: { smoke: { ...profile, experiments: [tiny] } } };
}

/** Its cells on the generated knowledge base. */
export function tinyAttentionCells(): PlannedCell[] {
  return planCells(tinyAttentionSuite(), 'smoke', { present: [] });
}
