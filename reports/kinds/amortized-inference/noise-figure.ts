import type { TopLevelSpec } from 'vega-lite';
import { config as plotConfig } from '../../plots/plot-style.ts';
import type { Figure } from '../../render/document.ts';
import {
  type EstimatedArm,
  estimated,
  estimatedByPlace,
  isPlain,
  type Stop,
  type StoppedValue,
  testInferenceGap,
  testLikelihood,
} from './estimated-arms.ts';

/** A mean over seeds at one σ, with its 95 % interval. */
export interface NoisePoint {
  /** Standard deviation of the noise in the encoder's input; 0: the plain objective. */
  sigma: number;
  stop: string;
  value: number;
  low: number;
  high: number;
}

const stopNames: Readonly<Record<Stop, string>> = { fixed: 'after the fixed length', early: 'stopped early' };

/** The values of the dense, undecayed encoders that see noise, by σ, and of the plain objective at σ = 0. */
export function noisePoints(arms: readonly EstimatedArm[], value: StoppedValue): NoisePoint[] {
  const sigmas = arms.flatMap((arm) => {
    const sigma = noiseOf(arm);
    return sigma === null ? [] : [{ arm, sigma }];
  });
  const ascending = sigmas.toSorted((a, b) => a.sigma - b.sigma);
  return (['fixed', 'early'] as const).flatMap((stop) =>
    ascending.map(({ arm, sigma }) => {
      const { mean, reach } = estimated(arm, stop, value);
      return { sigma, stop: stopNames[stop], value: mean, low: mean - (reach ?? 0), high: mean + (reach ?? 0) };
    }),
  );
}

/** A figure for each place with the plain objective or noise at three values of σ at least. */
export function noiseFigures(arms: readonly EstimatedArm[]): Figure[] {
  return [...estimatedByPlace(arms)].flatMap(([place, own]) => {
    const likelihoods = noisePoints(own, testLikelihood);
    if (new Set(likelihoods.map(({ sigma }) => sigma)).size < 3) return [];
    return [figureOf(place, likelihoods, noisePoints(own, testInferenceGap))];
  });
}

/** Null: no noise is what the arm is about. */
function noiseOf(arm: EstimatedArm): number | null {
  const { objective } = arm.config;
  if (!isPlain(arm)) return null;
  if (objective.name === 'vae') return 0;
  return objective.name === 'denoising' ? objective.sigma : null;
}

function figureOf(place: string, likelihoods: readonly NoisePoint[], gaps: readonly NoisePoint[]): Figure {
  const spec = {
    config: plotConfig,
    hconcat: [panel(likelihoods, 'test ln p(x), nats'), panel(gaps, 'inference gap, nats; lower is better')],
  } as unknown as TopLevelSpec;
  const caption =
    'Dense encoders whose input has noise of standard deviation σ; 0 is the plain objective. Means over the completed ' +
    'seeds, with 95 % intervals where there are several.';
  return { title: `Noise in the encoder’s input, ${place}`, caption, spec };
}

function panel(values: readonly NoisePoint[], title: string) {
  const x = { field: 'sigma', type: 'quantitative', title: 'σ', scale: { nice: false, padding: 10 } };
  const y = { field: 'value', type: 'quantitative', title, scale: { zero: false } };
  const color = { field: 'stop', type: 'nominal', title: 'stop', scale: { range: ['#2f81e0', '#dd6b10'] } };
  const mark = { aria: false };
  return {
    width: 300,
    height: 240,
    data: { values },
    layer: [
      { mark: { ...mark, type: 'line', strokeWidth: 1.5 }, encoding: { x, y, color } },
      {
        mark: { ...mark, type: 'rule', strokeWidth: 2, opacity: 0.6 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        mark: { ...mark, type: 'point', size: 60 },
        encoding: {
          x,
          y,
          color,
          shape: { field: 'stop', type: 'nominal', title: 'stop', scale: { range: ['circle', 'triangle-up'] } },
        },
      },
    ],
  };
}
