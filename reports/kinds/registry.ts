import type { BaseConfig } from '../../harness/spec/words.ts';
import { amortizedInferenceReport } from './amortized-inference.ts';
import { denoisingEncoderReport } from './denoising-encoder.ts';
import { distillationReport } from './distillation.ts';
import { gaussianAttentionReport } from './gaussian-attention.ts';
import { generalReport } from './general.ts';
import { imageReport } from './image.ts';
import type { KindReport } from './kind-report.ts';
import { lazyTrainingReport } from './lazy-training.ts';
import { nasiReport } from './nasi.ts';
import { normalizationReport } from './normalization.ts';
import { pretrainingReport, questionAnsweringReport } from './pretraining.ts';
import { translationReport } from './translation.ts';
import { twinRegularizationReport } from './twin-regularization.ts';

/** The kinds that have a part of their own in reports: one line a kind. */
const reports = new Map<string, KindReport>();
addKindReport('image', imageReport);
addKindReport('translation', translationReport);
addKindReport('normalization', normalizationReport);
addKindReport('distillation', distillationReport);
addKindReport('pretraining', pretrainingReport);
addKindReport('question-answering', questionAnsweringReport);
addKindReport('lazy-training', lazyTrainingReport);
addKindReport('gaussian-attention', gaussianAttentionReport);
addKindReport('twin-regularization', twinRegularizationReport);
addKindReport('nasi', nasiReport);
addKindReport('amortized-inference', amortizedInferenceReport);
addKindReport('denoising-encoder', denoisingEncoderReport);

/**
 * Gives a kind a part of its own in reports.
 *
 * @throws Error where it has one
 */
export function addKindReport<C extends BaseConfig>(task: string, report: KindReport<C>): void {
  if (reports.has(task)) throw new Error(`kind '${task}' has a report already; choose another name`);
  // Records of a kind have been checked by its schemas: only their configurations are handed to its report.
  reports.set(task, report as unknown as KindReport);
}

/** The part of a kind; the general one where it has none of its own. */
export function kindReportOf(task: string): KindReport {
  return reports.get(task) ?? generalReport;
}
