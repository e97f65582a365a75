import { planCells } from '../../harness/plan/plan.ts';
import type { AmortizedExperimentSpec } from '../../harness/spec/amortized-inference.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { DenoisingEncoderExperimentSpec } from '../../harness/spec/denoising-encoder.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { amortizedInference } from '../../suites/amortized-inference.ts';

type Experiment = AmortizedExperimentSpec | DenoisingEncoderExperimentSpec;

/** The smoke suite of amortized inference, cut to a few examples, steps and units. */
export function tinyAmortizedSuite(): SuiteSpec<Experiment> {
  const profile = structuredClone(amortizedInference.profiles.smoke!);
  const experiments = profile.experiments.map((experiment): Experiment => {
    if (experiment.task === 'denoising-encoder') {
      const training = { ...experiment.training, steps: 40, batchSize: 20 };
      const dataset = { ...experiment.dataset, testExamples: 50 };
      return { ...experiment, models: [{ name: 'perceptron', hidden: [8] }], dataset, training };
    }
    if (experiment.dataset.name !== 'generated-binary') throw new Error('smoke is of generated bits');
    return {
      ...experiment,
      models: [{ name: 'autoencoder', hidden: [12, 10], latent: 3 }],
      dataset: {
        ...experiment.dataset,
        pixels: 16,
        latent: 2,
        units: 6,
        trainExamples: 40,
        validationExamples: 10,
        testExamples: 12,
      },
      training: { ...experiment.training, steps: 30, batchSize: 10, validateEvery: 10, learningRate: 0.01 },
      estimate: { samples: 8, validationSamples: 4, trainExamples: 15 },
    };
  });
  return { ...amortizedInference, profiles: { smoke: { ...profile, experiments } } };
}

/** Its cells. */
export function tinyAmortizedCells(): PlannedCell[] {
  return planCells(tinyAmortizedSuite(), 'smoke', { present: [] });
}
