import type { CellRecord, CurvePoint } from '../../record.ts';

/** Curves of many records in little memory: numbers in a row, made points again where they are asked for. */

/** A name of a curve's values that one of its points lacks; null is NaN. */
const lacking = Number.POSITIVE_INFINITY;

export interface PackedCurve {
  /** Of the values, in the order of their first appearance. */
  names: readonly string[];
  /** Point by point: `at`, `seconds`, `train_seconds`, then the values by name. */
  numbers: Float64Array<ArrayBuffer>;
}

/** @param known names that curves before this one had: equal lists are kept once */
export function packCurve(curve: readonly CurvePoint[], known: Map<string, readonly string[]>): PackedCurve {
  const names = namesOf(curve, known);
  const numbers = new Float64Array(curve.length * (3 + names.length));
  let next = 0;
  for (const { at, seconds, train_seconds: trainSeconds, values } of curve) {
    numbers[next++] = at;
    numbers[next++] = seconds;
    numbers[next++] = trainSeconds ?? lacking;
    for (const name of names) {
      const value = values[name];
      numbers[next++] = value === undefined ? lacking : (value ?? Number.NaN);
    }
  }
  return { names, numbers };
}

function namesOf(curve: readonly CurvePoint[], known: Map<string, readonly string[]>): readonly string[] {
  const found = new Set<string>();
  for (const { values } of curve) for (const name of Object.keys(values)) found.add(name);
  const names = [...found];
  const key = JSON.stringify(names);
  const same = known.get(key) ?? names;
  known.set(key, same);
  return same;
}

/** The points that were packed; names within a point stand in the order of the whole curve. */
export function unpackCurve({ names, numbers }: PackedCurve): CurvePoint[] {
  const curve: CurvePoint[] = [];
  for (let next = 0; next < numbers.length; ) {
    const [at, seconds, trainSeconds] = [numbers[next++]!, numbers[next++]!, numbers[next++]!];
    const values: CurvePoint['values'] = {};
    for (const name of names) {
      const value = numbers[next++]!;
      if (value !== lacking) values[name] = Number.isNaN(value) ? null : value;
    }
    curve.push(
      trainSeconds === lacking ? { at, seconds, values } : { at, seconds, train_seconds: trainSeconds, values },
    );
  }
  return curve;
}

/** The record, whose curve is kept packed: each use of it unpacks it. */
export function withPackedCurve<R extends CellRecord>(record: R, packed: PackedCurve): R {
  return Object.defineProperty({ ...record }, 'curve', {
    get: () => unpackCurve(packed),
    enumerable: true,
    configurable: true,
  });
}
