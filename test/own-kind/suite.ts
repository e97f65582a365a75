import type { SuiteSpec } from '../../harness/spec/suite.ts';
import { type GaussExperiment, task } from './words.ts';

/** Every pupil needs the master of its σ and seed. */
export const suite: SuiteSpec<GaussExperiment> = {
  name: 'gauss',
  title: 'Means of normal distributions',
  description: 'Which start suits a mean?',
  profiles: {
    smoke: {
      note: 'Exists in tests only.',
      experiments: [
        {
          task,
          dimension: 24,
          training: { steps: 30, stepMs: 10, rate: 0.1 },
          arms: ['master', 'pupil'].map((method) => ({ method, factors: { sigma: [0.5, 1] } })),
        },
      ],
      seeds: 2,
      margin: 0.5,
      timeLimitSeconds: 60,
    },
  },
};
