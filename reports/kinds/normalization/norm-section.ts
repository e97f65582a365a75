import type { TopLevelSpec } from 'vega-lite';
import { isNormalization, type ProductSeries } from '../../../harness/spec/normalization.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { config } from '../../plots/plot-style.ts';
import { type Block, type Column, type Figure, type Section, table, text } from '../../render/document.ts';
import { orDash, significant } from '../../render/format.ts';
import { type NormSetting, settingName, type Treatment, treatmentNames, treatments } from './settings.ts';

/** A series of a record's details that is drawn. */
type SeriesName = Exclude<keyof ProductSeries, 'steps'>;

/** The value of a treatment at a step: mean over the completed seeds, where every one of them has it. */
export interface NormPoint {
  setting: string;
  treatment: Treatment;
  step: number;
  value: number;
}

/** How norms and effective learning rates go over the steps; none without a completed arm. */
export function normSection(settings: readonly NormSetting[]): Section | null {
  const rows = settings.flatMap((setting) =>
    treatmentNames.flatMap((treatment): Row[] => {
      const arm = setting.arms[treatment];
      return arm === undefined || arm.completed.length === 0 ? [] : [{ setting, treatment, arm }];
    }),
  );
  if (rows.length === 0) return null;
  const places = [...new Set(settings.map(({ place }) => place))];
  const figures = places.flatMap((place): Block[] => {
    const own = settings.filter((setting) => setting.place === place);
    return drawn.map(({ series, title, axis }) => {
      return { kind: 'figure', figure: figureOf(`${title} by step, ${place}`, axis, normPoints(own, series)) };
    });
  });
  return {
    heading: 'Norms and effective learning rates',
    blocks: [...figures, table(rows, columns), text(legend)],
  };
}

const drawn: readonly { series: SeriesName; title: string; axis: string }[] = [
  { series: 'norms', title: 'Norm of the products', axis: '‖UVᵀ‖_F' },
  { series: 'effective_learning_rates', title: 'Effective learning rate', axis: 'η / ‖UVᵀ‖²_F' },
];

const legend =
  'Means over the factorized layers and the completed seeds of ‖UVᵀ‖_F and of the effective learning rate ' +
  'η/‖UVᵀ‖²_F, in float64, after the first and last of the steps that records keep, a hundred at most. Norm has ' +
  'the norms of frob by construction: its line lies on that of frob. With the layer followed by batch ' +
  'normalization, a step of gradient descent turns the normalized product by the effective learning rate, to ' +
  'first order.';

/** The points of a plot. */
export function normPoints(settings: readonly NormSetting[], series: SeriesName): NormPoint[] {
  return settings.flatMap((setting) =>
    treatmentNames.flatMap((treatment) => {
      const arm = setting.arms[treatment];
      const kept = arm === undefined ? [] : seriesOf(arm);
      const [first] = kept;
      if (first === undefined) return [];
      return first.steps.flatMap((step, at): NormPoint[] => {
        const values = measuredOnly(kept.map((one) => (one.steps[at] === step ? (one[series][at] ?? null) : null)));
        const value = values.length === kept.length ? mean(values) : null;
        // The axis is logarithmic.
        if (value === null || value <= 0) return [];
        return [{ setting: settingName(setting), treatment, step, value }];
      });
    }),
  );
}

/** The series of the completed seeds. */
function seriesOf({ completed }: ArmSummary): ProductSeries[] {
  return completed.flatMap(({ config: of, details }) =>
    // A record's details have been checked against its kind's schema.
    isNormalization(of) && details !== null ? [details as ProductSeries] : [],
  );
}

interface Row {
  setting: NormSetting;
  treatment: Treatment;
  arm: ArmSummary;
}

const atEnd = (series: SeriesName, which: 0 | -1) => (row: Row) =>
  orDash(mean(measuredOnly(seriesOf(row.arm).map((one) => one[series].at(which) ?? null))), significant);

const columns: Column<Row>[] = [
  { name: 'setting', cell: ({ setting }) => `${setting.place}, ${settingName(setting)}` },
  { name: 'arm', cell: ({ treatment }) => treatment },
  { name: 'result', cell: ({ arm }) => resultText(arm), numeric: true },
  { name: 'first norm', cell: atEnd('norms', 0), numeric: true },
  { name: 'last norm', cell: atEnd('norms', -1), numeric: true },
  { name: 'first effective rate', cell: atEnd('effective_learning_rates', 0), numeric: true },
  { name: 'last effective rate', cell: atEnd('effective_learning_rates', -1), numeric: true },
];

/** Readable on white and on near-black. */
const hues: Readonly<Record<Treatment, string>> = { none: '#8a8f98', frob: '#dd6b10', norm: '#2f81e0' };
/** Norm is dashed, so that frob shows beneath it. */
const dashes: Readonly<Record<Treatment, number[]>> = { none: [1, 0], frob: [1, 0], norm: [5, 5] };

function figureOf(title: string, axis: string, points: readonly NormPoint[]): Figure {
  const domain = treatmentNames;
  const legendOf = (range: readonly unknown[]) => ({ field: 'treatment', type: 'nominal', scale: { domain, range } });
  const header = { labelFontWeight: 'bold', labelColor: 'currentColor' };
  const spec = {
    config,
    data: { values: points },
    columns: 3,
    facet: { field: 'setting', type: 'nominal', title: null, sort: null, header },
    spec: {
      width: 230,
      height: 150,
      mark: { type: 'line', strokeWidth: 2, aria: false },
      encoding: {
        x: { field: 'step', type: 'quantitative', axis: { tickMinStep: 1, format: 'd', tickCount: 4 } },
        y: { field: 'value', type: 'quantitative', title: axis, scale: { type: 'log', nice: false, padding: 8 } },
        color: legendOf(domain.map((name) => hues[name])),
        strokeDash: legendOf(domain.map((name) => dashes[name])),
      },
    },
  } as unknown as TopLevelSpec;
  const names = treatmentNames.map((name) => `${name}: ${treatments[name]}`).join('; ');
  return { title, caption: `Means over the layers and the completed seeds. ${names}.`, spec };
}
