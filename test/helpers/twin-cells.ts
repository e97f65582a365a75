import { planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import type { FramesDatasetSpec, TwinExperimentSpec } from '../../harness/spec/twin-regularization.ts';
import { twinRegularization } from '../../suites/twin-regularization.ts';

/** The smoke suite of twin regularization, cut to a few frames, utterances and updates. */
export function tinyTwinSuite(): SuiteSpec<TwinExperimentSpec> {
  const profile = structuredClone(twinRegularization.profiles.smoke!);
  const sizes = { frames: 7, trainUtterances: 9, validationUtterances: 5, testUtterances: 6 };
  const cut = (dataset: FramesDatasetSpec) =>
    dataset.name === 'spoken-words' ? { ...dataset, ...sizes, dimension: 3, phones: 4 } : dataset;
  const experiments = profile.experiments.map((experiment): TwinExperimentSpec => {
    const { models, dataset, fallbackDataset, training } = experiment;
    return {
      ...experiment,
      models: models.map((model) => ({ ...model, width: 8 })),
      dataset: cut(dataset),
      fallbackDataset: fallbackDataset === null ? null : cut(fallbackDataset),
      training: { ...training, updates: 5, validateEvery: 2, batchSize: 4, learningRate: 0.05 },
    };
  });
  return { ...twinRegularization, profiles: { smoke: { ...profile, experiments } } };
}

/** Its cells on generated utterances. */
export function tinyTwinCells(): PlannedCell[] {
  return planCells(tinyTwinSuite(), 'smoke', { present: [] });
}
