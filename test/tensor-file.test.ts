import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { variableOf } from '../harness/engine/variable.ts';
import { entryOf, parseTensorFile, tensorFileOf, valuesOf } from '../harness/tensor-file.ts';
import './helpers/engine.ts';

const numbers = { a: [1, -0, 1e-40, 3.4e38, 0.1, -2], b: [], c: [Math.PI] };
const variables = [
  variableOf('a', 'weight', Float32Array.from(numbers.a), [2, 3]),
  variableOf('b', 'weight', new Float32Array(0), [0, 4]),
  variableOf('c', 'statistic', Float32Array.from(numbers.c), []),
];
const header = { what: 'ein Träger', variables: variables.map(entryOf) };

describe('a file of tensors', () => {
  test('gives its header back, and every bit of the values', () => {
    const parsed = parseTensorFile(tensorFileOf(header, variables))!;
    expect(parsed.header).toEqual(header);
    expect(header.variables).toEqual([
      { name: 'a', shape: [2, 3] },
      { name: 'b', shape: [0, 4] },
      { name: 'c', shape: [] },
    ]);
    const [a, b, c] = valuesOf(parsed.values, header.variables);
    expect([[...a!], [...b!], [...c!]]).toEqual([numbers.a.map(Math.fround), [], numbers.c.map(Math.fround)]);
    expect(Object.is(a![1], -0)).toBe(true);
  });

  test('is a SHA-256, then what it is of: the length of the header, the header, the values', () => {
    const file = tensorFileOf(header, variables);
    const text = Buffer.from(JSON.stringify(header));
    expect(file.subarray(0, 32)).toEqual(createHash('sha256').update(file.subarray(32)).digest());
    expect(file.readUInt32LE(32)).toBe(text.length);
    expect(file.subarray(36, 36 + text.length)).toEqual(text);
    const values = file.subarray(36 + text.length);
    expect(values.length).toBe(4 * 7);
    expect(values.readFloatLE(24)).toBe(Math.fround(Math.PI));
  });

  test('that is cut off, longer, or has a changed bit is none', () => {
    const file = tensorFileOf(header, variables);
    expect(parseTensorFile(Buffer.alloc(0))).toBeNull();
    for (let length = 1; length < file.length; length++) expect(parseTensorFile(file.subarray(0, length))).toBeNull();
    expect(parseTensorFile(Buffer.concat([file, Buffer.of(0)]))).toBeNull();
    for (let at = 0; at < file.length; at++) {
      const corrupt = Buffer.from(file);
      corrupt[at]! ^= 1;
      expect(parseTensorFile(corrupt), `byte ${at}`).toBeNull();
    }
  });
});
