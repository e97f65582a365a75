import type { AmortizedConfig, ObjectiveName } from '../../harness/spec/amortized-inference.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { estimatedArmsOf } from './amortized-inference/estimated-arms.ts';
import { expectationSection } from './amortized-inference/expectation-section.ts';
import { likelihoodSection } from './amortized-inference/likelihood-section.ts';
import { initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import { generalReport } from './general.ts';
import type { KindReport } from './kind-report.ts';

/** What another objective changes, over its settings: noise, bounds, samples. */
const objectiveContrasts = (
  [
    { subject: 'noise in the encoder’s input against none', to: 'denoising' },
    { subject: 'the mixed objective against the plain one', to: 'mixed' },
    { subject: 'an encoder of bounded weights against a free one', to: 'weight-bound' },
    { subject: 'the importance-weighted bound against the plain one', to: 'importance-weighted' },
  ] satisfies { subject: string; to: ObjectiveName }[]
).map((choice): ContrastSpec<AmortizedConfig> => {
  const rest = (config: AmortizedConfig) => ({ ...config, seed: null, objective: null });
  return { ...choice, factor: 'objective', from: 'vae', rest };
});

/** What fewer weights of the encoder change, under whatever they are initialized and regularized by. */
const methodContrasts = (
  [
    { subject: 'low-rank against dense encoders', from: 'dense', to: 'low-rank' },
    { subject: 'low-rank encoders against thinner ones', from: 'narrow', to: 'low-rank' },
  ] as const
).map((choice): ContrastSpec<AmortizedConfig> => {
  return {
    ...choice,
    factor: 'method',
    rest: ({ budget, ...config }) => {
      const free = { seed: null, method: null, init: null, regularizer: null };
      const training = { ...config.training, decay: null };
      return { ...config, ...free, training, budget: choice.from === 'dense' ? null : budget };
    },
  };
});

/** Amortized inference: likelihoods and gaps by both ways to stop, and what is expected of them. */
export const amortizedInferenceReport: KindReport<AmortizedConfig> = {
  ...generalReport,
  sections(arms) {
    const estimated = estimatedArmsOf(arms);
    return [likelihoodSection(estimated), expectationSection(estimated)].filter((section) => section !== null);
  },
  curves: [
    {
      value: 'validation_log_likelihood',
      title: 'Validation',
      axis: { ...metricAxis('log_likelihood'), title: 'log-likelihood of validation examples, nats' },
    },
  ],
  contrasts: [
    ...objectiveContrasts,
    ...methodContrasts,
    ...trainingContrasts<AmortizedConfig>(initAndRegularizerChoices, ['decay']),
  ],
};
