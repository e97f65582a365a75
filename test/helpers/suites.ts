import { type ImageConfig, type ImageExperimentSpec, isImage } from '../../harness/spec/image.ts';
import { type SuiteSpec, suiteSchema } from '../../harness/spec/suite.ts';
import type { TranslationConfig } from '../../harness/spec/translation.ts';
import type { BaseConfig } from '../../harness/spec/words.ts';

/**
 * A small suite for tests of plans: two models, a dense and a low-rank arm, two seeds, on CIFAR-10 or generated images.
 */
export function fixtureSuite(change: (suite: SuiteSpec) => void = () => undefined): SuiteSpec {
  const dataset = {
    name: 'cifar-10',
    trainExamples: null,
    testExamples: 1000,
    flip: true,
    cropPadding: 4,
    normalization: 'dataset',
  };
  const suite = suiteSchema.parse({
    name: 'fixture',
    title: 'A suite for tests',
    description: 'Two models, three arms.',
    profiles: {
      smoke: {
        note: 'short',
        experiments: [
          {
            task: 'image',
            models: [
              { name: 'resnet', depth: 20, width: 16 },
              { name: 'resnet', depth: 8, width: 8 },
            ],
            dataset,
            fallbackDataset: { ...dataset, name: 'generated', trainExamples: 500 },
            training: {
              epochs: 2,
              batchSize: 64,
              learningRate: 0.1,
              decayAt: [0.5, 0.75],
              decayFactor: 0.1,
              firstEpochLearningRate: null,
              momentum: 0.9,
              decay: 1e-4,
              labelSmoothing: 0,
            },
            arms: [
              { method: 'dense', factors: { budget: [1], init: ['default'], regularizer: ['weight-decay'] } },
              {
                method: 'low-rank',
                factors: {
                  budget: [0.1, 0.25],
                  init: ['default', 'spectral'],
                  regularizer: ['none', 'frobenius-decay'],
                },
              },
            ],
          },
        ],
        seeds: 2,
        margin: 0.02,
        timeLimitSeconds: 60,
      },
    },
  });
  change(suite);
  return suite;
}

/** The one experiment of the smoke profile. */
export function experimentOf(suite: SuiteSpec): ImageExperimentSpec {
  return suite.profiles.smoke!.experiments[0] as ImageExperimentSpec;
}

/** Adds an experiment behind that of the smoke profile. */
export function addExperiment(suite: SuiteSpec, experiment: ImageExperimentSpec): void {
  const { smoke } = suite.profiles;
  smoke!.experiments = [...smoke!.experiments, experiment];
}

/** The configuration of a cell that classifies images. */
export function imageConfig({ config }: { config: BaseConfig }): ImageConfig {
  if (!isImage(config)) throw new Error(`a configuration of images is expected, not of ${config.task}`);
  return config;
}

/** The configuration of a cell that translates. */
export function textConfig({ config }: { config: BaseConfig }): TranslationConfig {
  if (config.task !== 'translation')
    throw new Error(`a configuration of translation is expected, not of ${config.task}`);
  return config as TranslationConfig;
}

/** A change that sets one field of the smoke profile, or of its experiment, named by its path: `models.0.depth`. */
export function setting(path: string, value: unknown): (suite: SuiteSpec) => void {
  return (suite) => {
    const keys = path.split('.');
    const last = keys.pop()!;
    const [profile, experiment] = [suite.profiles.smoke!, experimentOf(suite)];
    let place = ((keys[0] ?? last) in experiment ? experiment : profile) as unknown as Record<string, unknown>;
    for (const key of keys) place = place[key] as Record<string, unknown>;
    if (!(last in place)) throw new Error(`setting: the profile has no field ${path}`);
    place[last] = value;
  };
}
