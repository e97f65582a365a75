import type { ImageConfig } from '../../harness/spec/image.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { againstNarrow, initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import { claimSection } from './image/claim-section.ts';
import { publishedSection } from './image/published-section.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';

/** Image classification: the claim of low-rank layers against sparse ones, and published values. */
export const imageReport: KindReport<ImageConfig> = {
  sections: (arms) => [claimSection(arms), publishedSection(arms)].filter((section) => section !== null),
  curves: [
    { value: 'test_accuracy', title: 'Test accuracy', axis: metricAxis('accuracy') },
    {
      value: 'effective_learning_rate',
      title: 'Effective learning rate',
      axis: { title: 'η / ‖W‖²_F', times: 1, logarithmic: true },
    },
    {
      value: 'factor_balance',
      title: 'Balance of factors',
      axis: { title: '‖U‖²_F − ‖V‖²_F, all layers', times: 1, logarithmic: false },
    },
  ],
  contrasts: [...trainingContrasts<ImageConfig>(initAndRegularizerChoices, ['decay']), againstNarrow(['decay'])],
  colour: hueByRegularizer,
  dash: dashByInit,
};
