import type { DenoisingEncoderConfig } from '../../harness/spec/denoising-encoder.ts';
import { metricAxis } from '../plots/plot-style.ts';
import { encoderSection } from './denoising-encoder/encoder-section.ts';
import { generalReport } from './general.ts';
import type { KindReport } from './kind-report.ts';

/** Denoising encoders: how near they come to the best ones, and what is expected of both. */
export const denoisingEncoderReport: KindReport<DenoisingEncoderConfig> = {
  ...generalReport,
  sections: (arms) => [encoderSection(arms)].filter((section) => section !== null),
  curves: [{ value: 'encoder_error', title: 'Error of the trained encoder', axis: metricAxis('encoder_error') }],
};
