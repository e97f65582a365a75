import type { NormalizationConfig } from '../../harness/spec/normalization.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { type Choice, initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';
import { equivalenceSection } from './normalization/equivalence-section.ts';
import { normSection } from './normalization/norm-section.ts';
import { settingsOf } from './normalization/settings.ts';

/** That norms are as good as decay is a question of equivalence, which has a section of its own. */
const choices: readonly Choice[] = [
  ...initAndRegularizerChoices,
  {
    subject: 'the norms of Frobenius decay against none of the factors',
    factor: 'regularizer',
    from: 'no-factor-decay',
    to: 'frobenius-norms',
  },
];

/**
 * The normalization experiment: norms and effective learning rates over the steps, and whether norms do what decay
 * does.
 */
export const normalizationReport: KindReport<NormalizationConfig> = {
  sections(arms) {
    const settings = settingsOf(arms);
    return [equivalenceSection(settings), normSection(settings)].filter((section) => section !== null);
  },
  curves: [{ value: 'test_accuracy', title: 'Test accuracy', axis: metricAxis('accuracy') }],
  contrasts: trainingContrasts(choices, ['decay']),
  colour: hueByRegularizer,
  dash: dashByInit,
};
