import type { CellRecord, CurvePoint } from '../../harness/record.ts';
import type { CellCurve } from '../render/document.ts';
import type { Curve } from './plot-data.ts';

/** Curves of single cells in a byte a point. */

/** Points of a small drawing. */
const most = 64;

/** The drawn curves of every record, each on the axis that it has for all of them; without those that none has. */
export function cellCurves(records: readonly CellRecord[], curves: readonly Curve[]): CellCurve[] {
  const series = records.map((record) => (record.status === 'failed' ? [] : seriesOf(record.curve, curves)));
  return curves.flatMap(({ title, axis }, i) => {
    const all = series.flatMap((own) => own[i]?.values ?? []).filter((value) => !Number.isNaN(value));
    if (all.length === 0) return [];
    const low = all.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    const high = all.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
    const { logarithmic } = axis;
    const place = logarithmic ? Math.log : (value: number) => value;
    const range = place(high) - place(low);
    const levelOf = (value: number) =>
      Number.isNaN(value) ? 0 : 1 + Math.round(range === 0 ? 127 : (254 * (place(value) - place(low))) / range);
    return [
      {
        title,
        axis: axis.title,
        low,
        high,
        logarithmic,
        from: series.map((own) => own[i]?.from ?? 0),
        to: series.map((own) => own[i]?.to ?? 0),
        levels: series.map((own) => Uint8Array.from(own[i]?.values ?? [], levelOf)),
      },
    ];
  });
}

interface Series {
  from: number;
  to: number;
  /** NaN: not measured. */
  values: number[];
}

/** Values of each curve, in shown numbers: the measured points, at most so many, evenly spread. */
function seriesOf(points: readonly CurvePoint[], curves: readonly Curve[]): Series[] {
  return curves.map(({ value: name, axis }) => {
    const measured = points.filter(({ values }) => name in values);
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last) return { from: 0, to: 0, values: [] };
    const count = Math.min(most, measured.length);
    const values = Array.from({ length: count }, (_, i) => {
      const { values: own } = measured[count === 1 ? 0 : Math.round((i * (measured.length - 1)) / (count - 1))]!;
      const value = own[name] ?? Number.NaN;
      return axis.logarithmic && value <= 0 ? Number.NaN : axis.times * value;
    });
    return { from: first.at, to: last.at, values };
  });
}
