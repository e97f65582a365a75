import { expect, it } from 'vitest';
import { packCurve, unpackCurve, withPackedCurve } from '../../../harness/run/records/packed-curve.ts';
import { fixturePoint, fixtureRecord } from '../../helpers/records.ts';

const curve = [
  { at: 1, seconds: 6, train_seconds: 5.5, values: { loss: 2.5, accuracy: null } },
  { at: 2, seconds: 7, values: { loss: -0.1 } },
  { at: 3, seconds: 0, values: { accuracy: 1, norm: 5e-324 } },
];

it('gives back every point, with what is null and what is lacking apart', () => {
  expect(unpackCurve(packCurve(curve, new Map()))).toEqual(curve);
  expect(unpackCurve(packCurve([], new Map()))).toEqual([]);
});

it('keeps the names of equal curves once', () => {
  const known = new Map<string, readonly string[]>();
  const [first, second] = [packCurve(curve, known), packCurve(curve, known)];
  expect(second.names).toBe(first.names);
});

it('makes a record with the same curve, and the same JSON', () => {
  const record = fixtureRecord({ curve: [1, 2, 3].map((at) => fixturePoint(at)) });
  const packed = withPackedCurve(record, packCurve(record.curve, new Map()));
  expect(packed).toEqual(record);
  expect(JSON.stringify(packed)).toBe(JSON.stringify(record));
});
