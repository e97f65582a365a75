import { describe, expect, test } from 'vitest';
import { outsideOperations, summarizeOperations } from '../../harness/bench/operation-summary.ts';
import type { OperationCall } from '../../harness/engine/op-profile.ts';

const relu = (milliseconds: number, ...shape: number[]): OperationCall => ({
  op: 'Relu',
  milliseconds,
  inputShapes: [shape],
  outputShapes: [shape],
});
/** [rows, 10] times [10, 5]. */
const product = (milliseconds: number, rows: number): OperationCall => ({
  op: 'MatMul',
  milliseconds,
  inputShapes: [
    [rows, 10],
    [10, 5],
  ],
  outputShapes: [[rows, 5]],
});

const steps = [
  { milliseconds: 20, calls: [relu(1, 2, 3), product(4, 1000), relu(2), product(3, 2000)] },
  { milliseconds: 30, calls: [relu(3, 2, 3), product(6, 1000), relu(4), product(7, 2000)] },
];

describe('summarizeOperations', () => {
  test('gives means of a step by operation, the longest first, and the time outside operations last', () => {
    const none = { shapes: null, gflop_per_second: null };
    expect(summarizeOperations(steps, 'operations')).toEqual([
      // 2 · (1000 + 2000) · 10 · 5 = 300000 operations a step in 10 ms.
      { operation: 'MatMul', shapes: null, calls_per_step: 2, ms_per_step: 10, share: 0.4, gflop_per_second: 0.03 },
      { operation: 'Relu', calls_per_step: 2, ms_per_step: 5, share: 0.2, ...none },
      { operation: outsideOperations, calls_per_step: null, ms_per_step: 10, share: 0.4, ...none },
    ]);
  });

  test('tells operations apart by the shapes of their inputs', () => {
    const rows = summarizeOperations(steps, 'shapes');
    expect(rows.map(({ operation, shapes, ms_per_step }) => [operation, shapes, ms_per_step])).toEqual([
      ['MatMul', '1000x10 10x5', 5],
      ['MatMul', '2000x10 10x5', 5],
      ['Relu', '()', 3],
      ['Relu', '2x3', 2],
      [outsideOperations, null, 10],
    ]);
    // 100000 operations in 5 ms, and 200000.
    expect(rows.map((row) => row.gflop_per_second)).toEqual([0.02, 0.04, null, null, null]);
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test('counts calls that only some steps make', () => {
    const [first] = summarizeOperations([steps[0]!, { milliseconds: 5, calls: [] }], 'operations');
    expect(first).toMatchObject({ operation: 'MatMul', calls_per_step: 1, ms_per_step: 3.5 });
  });

  test('refuses no steps', () => {
    expect(() => summarizeOperations([], 'operations')).toThrow(RangeError);
  });
});
