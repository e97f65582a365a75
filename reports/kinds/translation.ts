import { decayedProducts, spectralProducts, type TranslationConfig } from '../../harness/spec/translation.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { type Choice, initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';
import { translationSection } from './translation/translation-section.ts';

/** Some of a Transformer's products alone against none of them. */
const choices: readonly Choice[] = [
  ...initAndRegularizerChoices,
  ...partsOf(spectralProducts, 'spectral').map((to): Choice => {
    return { subject: `${to} against default initialization`, factor: 'init', from: 'default', to };
  }),
  ...partsOf(decayedProducts, 'frobenius-decay').map((to): Choice => {
    return { subject: `${to} against weight decay`, factor: 'regularizer', from: 'weight-decay', to };
  }),
];

function partsOf(products: object, whole: string): string[] {
  return Object.keys(products).filter((name) => name !== whole);
}

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
  contrasts: trainingContrasts(choices, ['decay', 'decayCoupling']),
  colour: hueByRegularizer,
  dash: dashByInit,
};
