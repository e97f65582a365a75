import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../harness/engine/variable.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import { countParameters, weightsDigest } from '../../harness/measure/weights.ts';
import '../helpers/engine.ts';

const variable = (name: string, numbers: number[], shape = [numbers.length], role: Role = 'weight') =>
  variableOf(name, role, Float32Array.from(numbers), shape);

describe('weightsDigest', () => {
  const weights = () => [variable('a', [1, 2, 3, 4], [2, 2]), variable('b', [0.5])];

  test('is the SHA-256 over names, shapes and values in name order', () => {
    const bytes = (numbers: number[]) => {
      const buffer = Buffer.alloc(4 * numbers.length);
      for (const [i, number] of numbers.entries()) buffer.writeFloatLE(number, 4 * i);
      return buffer;
    };
    const text = Buffer.concat([Buffer.from('a[2,2]'), bytes([1, 2, 3, 4]), Buffer.from('b[1]'), bytes([0.5])]);
    expect(weightsDigest(weights())).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('does not depend on the order of the list, and does not change it', () => {
    const list = weights().reverse();
    expect(weightsDigest(list)).toBe(weightsDigest(weights()));
    expect(list.map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test.each([
    ['the last bit of one value', [variable('a', [1, 2, 3, 4 + 2 ** -21], [2, 2]), variable('b', [0.5])]],
    ['a name', [variable('c', [1, 2, 3, 4], [2, 2]), variable('b', [0.5])]],
    ['a shape', [variable('a', [1, 2, 3, 4]), variable('b', [0.5])]],
    ['the order of values', [variable('a', [1, 3, 2, 4], [2, 2]), variable('b', [0.5])]],
    ['which variable has which values', [variable('b', [1, 2, 3, 4], [2, 2]), variable('a', [0.5])]],
    ['the number of variables', [variable('a', [1, 2, 3, 4], [2, 2])]],
  ])('changes with %s', (_what, others) => {
    expect(weightsDigest(others)).not.toBe(weightsDigest(weights()));
  });

  test('tells zero from minus zero', () => {
    expect(weightsDigest([variable('a', [0])])).not.toBe(weightsDigest([variable('a', [-0])]));
  });
});

test('countParameters counts trainable numbers, and those of them that are not zero', () => {
  const list = [
    variable('w', [1, 0, -0, 1e-40], [2, 2]),
    variable('u', [0, 3], [2], 'factor'),
    variable('mean', [1, 2, 3], [3], 'statistic'),
  ];
  expect(countParameters(list)).toEqual({ parameters: 6, nonzero: 3 });
  expect(countParameters([])).toEqual({ parameters: 0, nonzero: 0 });
});
