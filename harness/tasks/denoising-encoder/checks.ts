import type { ExactCheck } from '../../record.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { EncoderMeasure } from './posteriors.ts';

/**
 * How near a trained encoder comes to the best one, of means with a standard deviation of about 1: errors of 0.02 to
 * 0.05 were measured from σ = 0.5 on, and up to 0.11 below, where the best one is steep between points.
 */
const tolerances = { error: 0.15, steepError: 0.25, variance: 0.03 };
/** The least σ from which the best encoder is smooth. */
const smoothSigma = 0.5;
/** Rounding of float32. */
const engineTolerance = 1e-5;

/**
 * That the trained encoder is the kernel average of the posteriors, with their variance, and that no encoder is nearer to
 * them than that.
 *
 * @param variance s², that of all posteriors
 * @param sigma of the noise
 */
export function encoderChecks(measured: EncoderMeasure, variance: number, sigma: number): ExactCheck[] {
  return [
    {
      name: 'mean of the encoder against the kernel average, root mean square error',
      expected: 0,
      measured: finiteOrNull(measured.error),
      tolerance: sigma < smoothSigma ? tolerances.steepError : tolerances.error,
    },
    {
      name: 'variance of the encoder against that of the posteriors',
      expected: variance,
      measured: finiteOrNull(measured.variance),
      tolerance: tolerances.variance,
    },
    {
      name: 'how far the divergence of the encoder is below that of the kernel average, in nats',
      expected: 0,
      measured: finiteOrNull(Math.max(0, measured.leastDivergence - measured.divergence)),
      tolerance: engineTolerance,
    },
  ];
}
