import { metricTitle } from '../baselines/wording.ts';
import type { MetricName } from '../harness/spec/spec.ts';
import { type ArmSummary, metricOf } from './arm-summary.ts';

/** How texts speak of a metric. */
export interface MetricWords {
  /** Within a sentence, and as a column's name. */
  name: string;
  /** At the beginning of one. */
  capital: string;
  /** What a cell's value is, within a sentence. */
  final: string;
  /** What differences of it are counted in. */
  unit: string;
  /** Of which weights the value is. */
  source: string;
}

const words: Readonly<Record<MetricName, Omit<MetricWords, 'name'>>> = {
  accuracy: {
    capital: 'Accuracy',
    final: 'final accuracy',
    unit: 'percentage points',
    source: 'that of the last epoch',
  },
  bleu: { capital: 'BLEU', final: 'BLEU', unit: 'points', source: 'that of the weights that are decoded' },
};

/** Of the metric of a run's arms. */
export function wordsOf(arms: readonly ArmSummary[]): MetricWords {
  const metric = metricOf(arms);
  return { name: metricTitle(metric), ...words[metric] };
}
