import { isLazyTraining, type LazyTrainingConfig } from '../../harness/spec/lazy-training.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { metricAxis } from '../plots/plot-style.ts';
import type { KindReport } from './kind-report.ts';
import { expectationSection } from './lazy-training/expectation-section.ts';
import { fittedArmsOf } from './lazy-training/fitted-arms.ts';
import { regimeHues, riskSection } from './lazy-training/risk-section.ts';

/** Lazy training: risks over N/d on the curves of theory, and what is expected of them. */
export const lazyTrainingReport: KindReport<LazyTrainingConfig> = {
  sections(arms) {
    const fitted = fittedArmsOf(arms);
    return [riskSection(fitted), expectationSection(fitted)].filter((section) => section !== null);
  },
  curves: [{ value: 'relative_risk', title: 'Risk of the trained', axis: metricAxis('relative_risk') }],
  contrasts: [],
  colour({ config }) {
    const name = config.method;
    return { factor: 'regime', name, ...(isLazyTraining(config) ? { look: regimeHues[config.method] } : {}) };
  },
  dash: (arm) => ({ factor: 'fit', name: String(factorOf(arm, 'fit')) }),
};
