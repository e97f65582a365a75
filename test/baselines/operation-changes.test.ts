import { describe, expect, test } from 'vitest';
import { operationChanges } from '../../baselines/operation-changes.ts';

describe('operationChanges', () => {
  test('a constant that is another one', () => {
    expect(operationChanges('3 Mul; 46 const float32 [] 0.9', '3 Mul; 46 const float32 [] 0.8')).toEqual([
      'a constant 0.9 is now 0.8, in 46 places',
    ]);
  });

  test('some of a constant’s places', () => {
    expect(operationChanges('46 const float32 [] 0.9', '40 const float32 [] 0.9; 6 const float32 [] 0.8')).toEqual([
      'a constant 0.9 is now 0.8, in 6 places',
    ]);
  });

  test('a constant that comes where others were already', () => {
    const before = '2 const float32 [] 0.5; 1 const float32 [] 1';
    expect(operationChanges(before, '3 const float32 [] 0.5')).toEqual(['a constant 1 is now 0.5, in 1 place']);
  });

  test('operations that go, with their constants', () => {
    expect(
      operationChanges('27 Add; 27 Mul; 27 const float32 [] 0.001', '9 Add; 9 Mul; 9 const float32 [] 0.001'),
    ).toEqual(['18 fewer Add', '18 fewer Mul', '18 fewer constants 0.001']);
  });

  test('an attribute', () => {
    const [before, after] = ['VALID', 'SAME'].map((padding) => `2 Conv2D padding="${padding}" strides=[1,2]`);
    expect(operationChanges(before!, after!)).toEqual([
      'Conv2D with padding="VALID" is now with padding="SAME", in 2 places',
    ]);
  });

  test('only the wiring', () => {
    expect(operationChanges('1 Sub', '1 Sub')).toEqual(['the same operations and constants, wired in another way']);
  });
});
