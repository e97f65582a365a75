import type { RecognizerName, TwinConfig } from '../../harness/spec/twin-regularization.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { generalReport } from './general.ts';
import type { KindReport } from './kind-report.ts';
import { errorSection } from './twin-regularization/error-section.ts';
import { recognizerArms } from './twin-regularization/error-values.ts';
import { expectationSection } from './twin-regularization/expectation-section.ts';

/** What another recognizer changes, its twin's λ and its look-ahead being parts of it. */
const recognizerContrasts = (
  [
    { subject: 'a twin of shared weights against none', from: 'unidirectional', to: 'shared-twin' },
    { subject: 'a separate twin against none', from: 'unidirectional', to: 'separate-twin' },
    { subject: 'a separate twin without gradient against none', from: 'unidirectional', to: 'stopped-twin' },
    { subject: 'Twin Networks against no twin', from: 'unidirectional', to: 'twin-networks' },
    { subject: 'frames ahead against none', from: 'unidirectional', to: 'look-ahead' },
    { subject: 'reading both ways against forwards', from: 'unidirectional', to: 'bidirectional' },
    { subject: 'reading both ways against a twin of shared weights', from: 'shared-twin', to: 'bidirectional' },
  ] satisfies { subject: string; from: RecognizerName; to: RecognizerName }[]
).map((choice): ContrastSpec<TwinConfig> => {
  return {
    ...choice,
    factor: 'method',
    // λ = 0 is no twin: nothing is held against it.
    rest: (config) => {
      const { twinWeight } = config;
      return { ...config, seed: null, method: null, twinWeight: twinWeight === 0 ? 0 : null, lookAhead: null };
    },
  };
});

/** Twin regularization: errors of frames and phones, what arms cost, and what is expected of them. */
export const twinRegularizationReport: KindReport<TwinConfig> = {
  ...generalReport,
  sections(arms) {
    const own = recognizerArms(arms);
    return [errorSection(own), expectationSection(own)].filter((section) => section !== null);
  },
  curves: [
    {
      value: 'validation_frame_error',
      title: 'Validation',
      axis: { ...metricAxis('frame_error'), title: 'frame error of validation utterances, %' },
    },
  ],
  contrasts: [
    ...recognizerContrasts,
    { subject: 'spectral against default initialization', factor: 'init', from: 'default', to: 'spectral' },
    {
      subject: 'Frobenius decay against none',
      factor: 'regularizer',
      from: 'none',
      to: 'frobenius-decay',
    },
  ],
};
