import type { DistillationConfig } from '../../harness/spec/distillation.ts';
import { type Choice, initAndRegularizerChoices } from './contrast-specs.ts';
import { collapseSection } from './distillation/collapse-section.ts';
import { overcompleteSection } from './distillation/overcomplete-section.ts';
import { imageReport } from './image.ts';
import type { KindReport } from './kind-report.ts';
import { dashByInit, hueByRegularizer } from './looks.ts';

/** Distillation: what overcomplete training gains over its controls, and what collapsing leaves of the network. */
export const distillationReport: KindReport<DistillationConfig> = {
  sections: (arms) => [overcompleteSection(arms), collapseSection(arms)].filter((section) => section !== null),
  curves: imageReport.curves,
  contrasts: [
    ...initAndRegularizerChoices,
    {
      subject: 'residual noise on the middle factor against none',
      factor: 'method',
      from: 'deep',
      to: 'deep-residual',
    } as const,
  ].map((choice) => ({ ...choice, rest: (config) => restOf(choice, config) })),
  colour: hueByRegularizer,
  dash: dashByInit,
};

/** Without a regularizer, λ means nothing. */
function restOf({ factor, from }: Choice, config: DistillationConfig): object {
  const decay = from === 'none' ? null : config.training.decay;
  return { ...config, training: { ...config.training, decay }, seed: null, [factor]: null };
}
