import type { CellRecord, CurvePoint } from '../../harness/record.ts';
import type { CellCurve } from '../render/document.ts';
import type { Curve } from './plot-data.ts';
import { thinned } from './thinning.ts';

/** Curves of single cells in a byte a point. */

/** Points of a small drawing. */
const most = 64;

/** The drawn curves of every record, each on the axis that it has for all of them; without those that none has. */
export function cellCurves(records: readonly CellRecord[], curves: readonly Curve[]): CellCurve[] {
  const series = records.map((record) => (record.status === 'failed' ? [] : seriesOf(record.curve, curves)));
  return curves.flatMap(({ title, axis }, i) => {
    const own = series.map((all) => all[i] ?? none);
    const [low, high] = rangeOf(own);
    if (low > high) return [];
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
        from: own.map(({ from }) => from),
        to: own.map(({ to }) => to),
        levels: own.map(({ values }) => Uint8Array.from(values, levelOf)),
      },
    ];
  });
}

/** The least and the largest value; the least is larger where there is none. */
function rangeOf(series: readonly Series[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of series) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

interface Series {
  from: number;
  to: number;
  /** NaN: not measured. */
  values: Float64Array;
}

const none: Series = { from: 0, to: 0, values: new Float64Array(0) };

/** Values of each curve, in shown numbers: the measured points, at most so many, evenly spread. */
function seriesOf(points: readonly CurvePoint[], curves: readonly Curve[]): Series[] {
  return curves.map(({ value: name, axis }) => {
    const measured = points.filter(({ values }) => name in values);
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last) return none;
    const values = Float64Array.from(thinned(measured, most), ({ values: own }) => {
      const value = own[name] ?? Number.NaN;
      return axis.logarithmic && value <= 0 ? Number.NaN : axis.times * value;
    });
    return { from: first.at, to: last.at, values };
  });
}
