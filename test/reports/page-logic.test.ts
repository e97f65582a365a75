import { describe, expect, it } from 'vitest';
import { cellPacks } from '../../reports/render/cell-packs.ts';
import { filtered, levelsAt, sorted, sortKey, valuesIn } from '../../reports/render/page/table-logic.js';

/** What the page's tables and curves do in the reader's browser, without one. */

const rows = [
  ['low-rank', '0.1', '93.59 % ± 0.21', '1,024'],
  ['dense', '–', '94.10 %', '269,722'],
  ['snip', '0.05', '–', '512'],
  ['low-rank', '0.05', '9.50 % ± 3.00', '-3e-5'],
];
const all = [...rows.keys()];

describe('a column is sorted', () => {
  it.each([
    ['93.59 % ± 0.21', 93.59],
    ['269,722', 269722],
    ['+2.10 [+1.80, +2.40]', 2.1],
    ['-3.1e+12 (12 trainings)', -3.1e12],
    ['< 0.001', 0.001],
    ['2 of 3', 2],
    ['–', null],
    ['', null],
  ])('%s counts as %s', (text, key) => {
    expect(sortKey(text, true)).toBe(key);
  });

  it('as numbers, with what was not measured last both ways', () => {
    expect(sorted(rows, all, { column: 2, numeric: true, descending: false })).toEqual([3, 0, 1, 2]);
    expect(sorted(rows, all, { column: 2, numeric: true, descending: true })).toEqual([1, 0, 3, 2]);
  });

  it('as text, equal rows as they stood', () => {
    expect(sorted(rows, all, { column: 0, numeric: false, descending: false })).toEqual([1, 0, 3, 2]);
    expect(sorted(rows, all, { column: 0, numeric: false, descending: true })).toEqual([2, 0, 3, 1]);
  });

  it('among the rows that are shown alone', () => {
    expect(sorted(rows, [3, 0], { column: 3, numeric: true, descending: true })).toEqual([0, 3]);
  });
});

describe('rows are filtered', () => {
  it('by every chosen value and every word', () => {
    expect(filtered(rows, { chosen: new Map(), words: '' })).toEqual(all);
    expect(filtered(rows, { chosen: new Map([[0, 'low-rank']]), words: '' })).toEqual([0, 3]);
    const both = new Map([
      [0, 'low-rank'],
      [1, '0.05'],
    ]);
    expect(filtered(rows, { chosen: both, words: '' })).toEqual([3]);
    expect(filtered(rows, { chosen: new Map(), words: ' LOW  93.' })).toEqual([0]);
    // The whole value, not a part of it.
    expect(filtered(rows, { chosen: new Map([[0, 'low']]), words: '' })).toEqual([]);
  });

  it('by the values of a column, numbers by size', () => {
    expect(valuesIn(rows, 1)).toEqual(['–', '0.05', '0.1']);
    expect(valuesIn([['b'], ['a'], ['b']], 0)).toEqual(['a', 'b']);
    expect(valuesIn([['0.1'], ['0.02'], ['1']], 0)).toEqual(['0.02', '0.1', '1']);
  });
});

it('curves come out of their bytes as they were', () => {
  const levels = [Uint8Array.of(1, 255, 0, 128), Uint8Array.of(), Uint8Array.of(7)];
  const curve = { title: 'a', axis: 'a', low: 0, high: 1, logarithmic: false, from: [1, 0, 1], to: [4, 0, 1], levels };
  const table = { columns: [], rows: [] };
  const { sheet, curves } = cellPacks({ table, names: [], details: [], at: 'epoch', curves: [curve, curve] });
  const placed = JSON.parse(sheet).curves as { starts: number[]; counts: number[] }[];
  expect(placed).toHaveLength(2);
  for (const { starts, counts } of placed) {
    expect(starts.map((start, i) => levelsAt(curves, start, counts[i]!))).toEqual(levels.map((own) => [...own]));
  }
});
