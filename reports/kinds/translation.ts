import type { TranslationConfig } from '../../harness/spec/translation.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { againstNarrow, trainingContrasts } from './contrast-specs.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';
import { transformerChoices } from './transformer-choices.ts';
import { translationSection } from './translation/translation-section.ts';

/** Machine translation: further measures of translations, spectra, and samples of the text. */
export const translationReport: KindReport<TranslationConfig> = {
  sections: (arms) => [translationSection(arms)].filter((section) => section !== null),
  curves: [
    {
      value: 'perplexity',
      title: 'Validation perplexity',
      axis: { ...metricAxis('perplexity'), logarithmic: true },
    },
    {
      value: 'effective_learning_rate',
      title: 'Effective learning rate',
      axis: { title: 'η / ‖W‖²_F', times: 1, logarithmic: true },
    },
  ],
  contrasts: [
    ...trainingContrasts<TranslationConfig>(transformerChoices, ['decay', 'decayCoupling']),
    againstNarrow(['decay', 'decayCoupling']),
  ],
  colour: hueByRegularizer,
  dash: dashByInit,
};
