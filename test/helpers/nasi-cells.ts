import type { NasiExperimentSpec } from '../../harness/spec/nasi.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { nasi } from '../../suites/nasi.ts';

/** The smoke suite of search at initialization on few examples: two architectures and every search of both spaces. */
export function tinyNasiSuite(): SuiteSpec<NasiExperimentSpec> {
  const profile = nasi.profiles.smoke!;
  const architectures = { mlp: ['rlr-6', 'rst-4'], 'conv-cell': ['3s1-4', 'p1n-3'] };
  const experiments = profile.experiments.slice(0, 2).map((experiment): NasiExperimentSpec => {
    const [space] = experiment.models;
    const isMlp = space!.name === 'mlp';
    const parts = { trainExamples: 48, validationExamples: 20, testExamples: 30 };
    return {
      ...experiment,
      models: [isMlp ? { name: 'mlp', layers: 3 } : space!],
      dataset: isMlp
        ? { name: 'mixture', dimension: 8, classes: 3, ...parts }
        : { name: 'generated', side: 8, ...parts },
      fallbackDataset: null,
      scoring: { examples: 8, exactExamples: 4, inits: 2 },
      search: { ...experiment.search, samples: 3, width: 4, examples: 6, nu: 0.02 },
      training: { ...experiment.training, epochs: 3, batchSize: 16, ...(isMlp ? { learningRate: 0.2 } : {}) },
      arms: [
        {
          method: 'architecture',
          factors: { architecture: architectures[space!.name] },
        },
        { method: 'nasi-fix', factors: { search_input: ['true', 'random-labels', 'random-data'] } },
        { method: 'nasi-ada', factors: { search_input: ['true'] } },
      ],
    };
  });
  return { ...nasi, profiles: { smoke: { ...profile, experiments } } };
}
