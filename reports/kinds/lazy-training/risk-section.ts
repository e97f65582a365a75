import type { TopLevelSpec } from 'vega-lite';
import { grouped } from '../../../baselines/arms.ts';
import { fitNames, type RegimeName, regimeNames, type TargetName } from '../../../harness/spec/lazy-training.ts';
import { mean, sampleDeviation } from '../../../harness/statistics/moments.ts';
import { config as plotConfig } from '../../plots/plot-style.ts';
import { type Column, type Figure, type Section, table, text } from '../../render/document.ts';
import { fixed, orDash } from '../../render/format.ts';
import { type FittedArm, meanOptimum, shortNames } from './fitted-arms.ts';
import { limitRisk } from './limits.ts';

/** Measured risks over N/d on the curves of theory; none without a fitted arm. */
export function riskSection(arms: readonly FittedArm[]): Section | null {
  if (arms.length === 0) return null;
  const places = grouped(arms, ({ arm }) => arm.dataset ?? '');
  const blocks = [...places].flatMap(([place, own]) => [
    { kind: 'figure' as const, figure: figureOf(place, own) },
    text(`${place}:`),
    table(own, columns),
  ]);
  return { heading: 'Risks over N/d, against theory', blocks: [text(introduction), ...blocks, text(legend)] };
}

const introduction =
  'Risks are over that of the best constant, 1. Every one is exact for its draw of target and features, and so is the ' +
  'least one that the regime can have with them; the limit is that of many dimensions at the same N/d.';

const legend =
  'Risk: mean ± standard deviation over the completed seeds. Least: mean of the draws’ least risks, by formula: vᵀK⁻¹v ' +
  'of RF, what lies off the features’ span of NT, the largest eigenvalues of NN; of a mixture, in the inner product of ' +
  'its risk. Mean over features: of NT of the quadratic target, at the targets that were drawn. On fresh examples: the ' +
  'mean of what as many fresh examples say as the suite has. Above least: how much training lacks.';

const risk = fixed(4);

const columns: Column<FittedArm>[] = [
  { name: 'regime', cell: ({ config }) => shortNames[config.method] },
  { name: 'N/d', cell: ({ config }) => String(config.widthRatio), numeric: true },
  { name: 'N', cell: ({ width }) => String(width), numeric: true },
  { name: 'fit', cell: ({ config }) => config.fit.name },
  { name: 'trained numbers', cell: ({ cells }) => String(cells[0]!.details.trained_parameters), numeric: true },
  { name: 'n', cell: ({ cells }) => String(cells.length), numeric: true },
  { name: 'risk', cell: spread, numeric: true },
  { name: 'least', cell: ({ optimum }) => risk(optimum), numeric: true },
  { name: 'above least', cell: (arm) => (arm.risk - arm.optimum).toExponential(1), numeric: true },
  { name: 'mean over features', cell: (arm) => orDash(meanOptimum(arm), risk), numeric: true },
  { name: 'limit', cell: ({ limit }) => risk(limit), numeric: true },
  { name: 'on fresh examples', cell: ({ cells }) => risk(mean(cells.map((cell) => cell.sampledRisk))!), numeric: true },
];

function spread({ risk: center, cells }: FittedArm): string {
  return `${risk(center)}${deviationText(sampleDeviation(cells.map((cell) => cell.risk)))}`;
}

function deviationText(deviation: number | null): string {
  return deviation === null ? '' : ` ± ${risk(deviation)}`;
}

/** Readable on white and on near-black. */
export const regimeHues: Readonly<Record<RegimeName, string>> = {
  'random-features': '#8a8f98',
  'neural-tangent': '#2f81e0',
  'neural-network': '#dd6b10',
};

/** Points of a curve of theory between one whole N/d and the next. */
const pointsPerUnit = 50;

/** A curve of theory. */
export interface TheoryPoint {
  regime: string;
  ratio: number;
  risk: number;
}

/** The limits from N/d = 0 up to the largest ratio. */
export function theoryPoints(target: TargetName, largest: number): TheoryPoint[] {
  return regimeNames.flatMap((regime) =>
    Array.from({ length: Math.ceil(largest * pointsPerUnit) + 1 }, (_, i) => {
      const ratio = Math.min(largest, i / pointsPerUnit);
      return { regime: shortNames[regime], ratio, risk: limitRisk(target, regime, ratio) };
    }),
  );
}

function figureOf(place: string, arms: readonly FittedArm[]): Figure {
  const { target } = arms[0]!.config;
  const measured = arms.map((arm) => {
    const deviation = sampleDeviation(arm.cells.map((cell) => cell.risk)) ?? 0;
    const { config, risk: center } = arm;
    const [low, high] = [center - deviation, center + deviation];
    return {
      regime: shortNames[config.method],
      fit: config.fit.name,
      ratio: config.widthRatio,
      risk: center,
      low,
      high,
    };
  });
  const largest = Math.max(1, ...measured.map(({ ratio }) => ratio));
  const color = {
    field: 'regime',
    type: 'nominal',
    scale: { domain: regimeNames.map((name) => shortNames[name]), range: regimeNames.map((name) => regimeHues[name]) },
  };
  const x = { field: 'ratio', type: 'quantitative', title: 'N/d' };
  const y = {
    field: 'risk',
    type: 'quantitative',
    title: 'risk over that of the best constant',
    scale: { zero: true },
  };
  const mark = { aria: false };
  const spec = {
    config: plotConfig,
    width: 520,
    height: 300,
    layer: [
      { mark: { ...mark, type: 'rule', strokeDash: [1, 3], color: 'currentColor' }, encoding: { y: { datum: 1 } } },
      {
        data: { values: theoryPoints(target, largest) },
        mark: { ...mark, type: 'line', strokeWidth: 1.5 },
        encoding: { x, y, color },
      },
      {
        data: { values: measured },
        mark: { ...mark, type: 'rule', strokeWidth: 2, opacity: 0.6 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        data: { values: measured },
        mark: { ...mark, type: 'point', size: 60 },
        encoding: {
          x,
          y,
          color,
          shape: {
            field: 'fit',
            type: 'nominal',
            scale: { domain: fitNames, range: ['circle', 'cross', 'triangle-up'] },
          },
        },
      },
    ],
  } as unknown as TopLevelSpec;
  const caption =
    'Marks: means over the completed seeds, with one standard deviation. Lines: limits of many dimensions. Dotted: the ' +
    'best constant.';
  return { title: `Risk over N/d, ${place}`, caption, spec };
}
