import type { AttentionConfig } from '../../harness/spec/gaussian-attention.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { answerSection } from './gaussian-attention/answer-section.ts';
import { expectationSection } from './gaussian-attention/expectation-section.ts';
import { generalReport } from './general.ts';
import type { KindReport } from './kind-report.ts';

/** Gaussian attention: how questions of each sort are answered, and what is expected of each arm. */
export const gaussianAttentionReport: KindReport<AttentionConfig> = {
  ...generalReport,
  sections: (arms) => [answerSection(arms), expectationSection(arms)].filter((section) => section !== null),
  curves: [
    {
      value: 'validation_mrr',
      title: 'Validation',
      axis: { ...metricAxis('mean_reciprocal_rank'), title: 'mean reciprocal rank of validation questions' },
    },
    {
      value: 'text_validation_mrr',
      title: 'Validation in words',
      axis: { ...metricAxis('mean_reciprocal_rank'), title: 'mean reciprocal rank of validation questions in words' },
    },
  ],
  contrasts: [
    { subject: 'training by paths too against facts alone', factor: 'paths', from: 'facts', to: 'composed' },
    { subject: 'learnt covariances against TransE', factor: 'method', from: 'transe', to: 'trans-gaussian' },
    {
      subject: 'learnt covariances against covariances held at I',
      factor: 'method',
      from: 'unit-covariance',
      to: 'trans-gaussian',
    },
    {
      subject: 'covariances of I that paths add against TransE',
      factor: 'method',
      from: 'transe',
      to: 'unit-covariance',
    },
  ],
};
