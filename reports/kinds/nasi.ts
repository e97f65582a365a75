import type { NasiConfig } from '../../harness/spec/nasi.ts';
import { metricAxis } from '../plots/plot-style.ts';
import type { KindReport } from './kind-report.ts';
import { choiceSection } from './nasi/choice-section.ts';
import { expectationSection } from './nasi/expectation-section.ts';
import { populationsOf } from './nasi/populations.ts';
import { scoreSection } from './nasi/score-section.ts';

/** Search at initialization: what scores say, what is chosen by them, and what is expected. */
export const nasiReport: KindReport<NasiConfig> = {
  sections(arms) {
    const populations = populationsOf(arms);
    return [scoreSection(populations), choiceSection(populations), expectationSection(populations)].filter(
      (section) => section !== null,
    );
  },
  curves: [{ value: 'test_accuracy', title: 'Test accuracy', axis: metricAxis('accuracy') }],
  contrasts: [],
  // Architectures are too many to be told apart.
  colour: ({ config }) => ({ factor: 'method', name: config.method }),
  dash: () => null,
};
