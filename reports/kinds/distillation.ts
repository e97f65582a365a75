import type { DistillationConfig } from '../../harness/spec/distillation.ts';
import { type Choice, initAndRegularizerChoices, trainingContrasts } from './contrast-specs.ts';
import { collapseSection } from './distillation/collapse-section.ts';
import { overcompleteSection } from './distillation/overcomplete-section.ts';
import { imageReport } from './image.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';

const choices: readonly Choice[] = [
  ...initAndRegularizerChoices,
  {
    subject: 'residual noise on the middle factor against none',
    factor: 'method',
    from: 'deep',
    to: 'deep-residual',
  },
];

/** Distillation: what overcomplete training gains over its controls, and what collapsing leaves of the network. */
export const distillationReport: KindReport<DistillationConfig> = {
  sections: (arms) => [overcompleteSection(arms), collapseSection(arms)].filter((section) => section !== null),
  curves: imageReport.curves,
  contrasts: trainingContrasts(choices, ['decay']),
  colour: hueByRegularizer,
  dash: dashByInit,
};
