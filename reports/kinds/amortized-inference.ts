import type { AmortizedConfig } from '../../harness/spec/amortized-inference.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { estimatedArmsOf } from './amortized-inference/estimated-arms.ts';
import { expectationSection } from './amortized-inference/expectation-section.ts';
import { likelihoodSection } from './amortized-inference/likelihood-section.ts';
import { initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import { generalReport } from './general.ts';
import type { KindReport } from './kind-report.ts';

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
  contrasts: trainingContrasts(initAndRegularizerChoices, ['decay']),
};
