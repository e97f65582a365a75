import { describe, expect, it } from 'vitest';
import { armLabelOf, armNameOf, cellNameOf, longestCellName } from '../harness/cell-name.ts';
import { UsageError } from '../harness/errors.ts';

const arm = {
  kind: 'image',
  model: 'resnet-20',
  dataset: 'cifar-10',
  factors: [
    { name: 'method', value: 'low-rank' },
    { name: 'budget', value: 0.1 },
    { name: 'init', value: 'spectral' },
    { name: 'regularizer', value: 'frobenius-decay' },
    { name: 'decay', value: 0.001 },
  ],
};
const dense = { ...arm, factors: [{ name: 'method', value: 'dense' }, { name: 'budget', value: 1 }, arm.factors[2]!] };

it('a cell is refused whose name no file could have', () => {
  const named = (length: number) => ({ ...arm, factors: [{ name: 'method', value: 'ä'.repeat(length) }] });
  expect(Buffer.byteLength(cellNameOf(named(85), 0))).toBeLessThanOrEqual(longestCellName);
  expect(() => cellNameOf(named(100), 0)).toThrow(UsageError);
  expect(() => cellNameOf(named(100), 0)).toThrow(/the name has 226 bytes, at most 200 can .* give its method/);
});

describe('an arm', () => {
  it('is named after its factors, model and data set; numbers are joined to what they belong to', () => {
    expect(armNameOf(arm)).toBe('low-rank-0.1.spectral.frobenius-decay-0.001.resnet-20.cifar-10');
    expect(cellNameOf(arm, 3)).toBe(`${armNameOf(arm)}.seed-3`);
  });

  it('leaves a value out that says nothing', () => {
    expect(armNameOf(dense)).toBe('dense.spectral.resnet-20.cifar-10');
    const twice = { ...arm, factors: [arm.factors[0]!, { name: 'budget', value: 2 }] };
    expect(armNameOf(twice)).toBe('low-rank-2.resnet-20.cifar-10');
  });

  it('has no place for what its kind has not', () => {
    expect(armNameOf({ ...arm, model: null, dataset: null })).toBe('low-rank-0.1.spectral.frobenius-decay-0.001');
  });

  it('is labelled for people, without the factors that go without saying', () => {
    expect(armLabelOf(arm)).toBe('low-rank 0.1, spectral, frobenius-decay 0.001');
    expect(armLabelOf(arm, ['budget', 'decay'])).toBe('low-rank, spectral, frobenius-decay');
    expect(armLabelOf(arm, ['method', 'budget'])).toBe('spectral, frobenius-decay 0.001');
    expect(armLabelOf(dense)).toBe('dense, spectral');
  });
});
