import type { EncoderOptimizerName, PretrainingConfig } from '../../harness/spec/pretraining.ts';
import type { QuestionAnsweringConfig } from '../../harness/spec/question-answering.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { trainingContrasts } from './contrast-specs.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';
import { answerSection } from './pretraining/answer-section.ts';
import { maskedTokenSection } from './pretraining/masked-token-section.ts';
import { partSection } from './pretraining/part-section.ts';
import { transformerChoices } from './transformer-choices.ts';

type EncoderConfig = PretrainingConfig | QuestionAnsweringConfig;

/** What another optimizer changes, at the learning rate that arms with it have. */
const optimizerContrasts = (
  [
    { subject: 'LAMB against Adam', from: 'adam', to: 'lamb' },
    {
      subject: 'Frobenius decay inside LAMB’s trust ratio (flambe-as-read) against in the gradient',
      from: 'lamb',
      to: 'flambe-as-read',
    },
  ] satisfies { subject: string; from: EncoderOptimizerName; to: EncoderOptimizerName }[]
).map((choice): ContrastSpec<EncoderConfig> => {
  return {
    ...choice,
    factor: 'optimizer',
    rest: (config) => {
      const { optimizer: _optimizer, learningRate: _rate, decayCoupling: _coupling, ...training } = config.training;
      return { ...config, training, seed: null };
    },
  };
});

const common = {
  contrasts: [
    ...trainingContrasts<EncoderConfig>(transformerChoices, ['decay', 'decayCoupling']),
    ...optimizerContrasts,
  ],
  colour: hueByRegularizer,
  dash: dashByInit,
};

/** Pre-training: masked tokens beside the best guess without context, and what SI and FD change. */
export const pretrainingReport: KindReport<PretrainingConfig> = {
  ...common,
  sections: (arms) => [maskedTokenSection(arms), partSection(arms)].filter((section) => section !== null),
  curves: [
    {
      value: 'test_loss',
      title: 'Cross-entropy of masked tokens',
      axis: metricAxis('masked_cross_entropy'),
    },
  ],
};

/** Fine-tuning: answers, and what is left there of what SI and FD changed in pre-training. */
export const questionAnsweringReport: KindReport<QuestionAnsweringConfig> = {
  ...common,
  sections: (arms) => [answerSection(arms), partSection(arms)].filter((section) => section !== null),
  curves: [{ value: 'test_accuracy', title: 'Windows with the right span', axis: metricAxis('exact_match') }],
};
