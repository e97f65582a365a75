import { expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { cellsOfShard, parseShard, shardCells } from '../../../harness/run/records/shard.ts';
import { chainCells } from '../../helpers/chain-kind.ts';
import { fixtureCell } from '../helpers.ts';

const cellsWith = (...estimates: number[]) =>
  estimates.map((estimatedSeconds, seed) => fixtureCell('fine', { seed, estimatedSeconds }));

it.each([1, 2, 3, 5, 8, 20])('divides 13 cells into %i disjoint shards that are complete together', (count) => {
  const cells = cellsWith(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9);
  const shards = Array.from({ length: count }, (_, i) => shardCells(cells, { index: i + 1, count }));
  const names = shards.flat().map(({ cell }) => cell);
  expect(new Set(names).size).toBe(names.length);
  expect(names.sort()).toEqual(cells.map(({ cell }) => cell).sort());
});

it('balances the estimates: the longest first, each to the lightest shard', () => {
  const cells = cellsWith(2, 7, 3, 6, 4);
  const seeds = [1, 2].map((index) => shardCells(cells, { index, count: 2 }).map(({ seed }) => seed));
  // 7 | 6, then 4 to the second (10), 3 to the first (10), 2 to the first (12).
  expect(seeds).toEqual([
    [0, 1, 2],
    [3, 4],
  ]);
});

it('spreads cells without an estimate by number', () => {
  const sizes = [1, 2].map((index) => shardCells(cellsWith(0, 0, 0, 0), { index, count: 2 }).length);
  expect(sizes).toEqual([2, 2]);
});

it('reads I/N', () => {
  expect(parseShard('2/3')).toEqual({ index: 2, count: 3 });
});

it.each(['3/2', '0/2', '1/0', '1', 'a/b', '1/2/3', '-1/2', '1.5/2', '', '1/10001', '1/200000000'])(
  'refuses --shard %s',
  (text) => {
    expect(() => parseShard(text)).toThrow(UsageError);
    expect(() => parseShard(text)).toThrow(`--shard ${text}: expected I/N`);
  },
);

it('refuses a shard that holds no cell, naming how many shards there may be', () => {
  expect(cellsOfShard(cellsWith(2, 1), { index: 2, count: 2 })).toHaveLength(1);
  expect(() => cellsOfShard(cellsWith(2, 1), { index: 3, count: 3 })).toThrow(
    new UsageError('--shard 3/3: holds no cell: there are 2 cells; make 2 shards or fewer.'),
  );
  expect(() => cellsOfShard(chainCells([[], [0], []]), { index: 3, count: 3 })).toThrow(
    'there are 3 cells in 2 groups that stay together; make 2 shards or fewer',
  );
});

it.each([1, 2, 3, 4])('keeps cells that read from each other together, in %i shards', (count) => {
  // Two chains of three, joined through link 6, which reads both; two pairs; two that stand alone.
  const reads = [[], [0], [1], [], [3], [4], [2, 5], [], [7], [], [9], [], []];
  const cells = chainCells(reads);
  const shards = Array.from({ length: count }, (_, i) => shardCells(cells, { index: i + 1, count }));
  expect(
    shards
      .flat()
      .map(({ cell }) => cell)
      .sort(),
  ).toEqual(cells.map(({ cell }) => cell).sort());
  for (const shard of shards) {
    const here = new Set(shard.map(({ id }) => id));
    expect(shard).toEqual(cells.filter(({ id }) => here.has(id)));
    for (const { needs } of shard) for (const { id } of needs) expect(here).toContain(id);
  }
});

it('weighs a group by all of its cells', () => {
  // 10 + 11 + 12 = 33 | 13, 14, 15, each alone.
  const shards = [1, 2].map((index) => shardCells(chainCells([[], [0], [1], [], [], []]), { index, count: 2 }));
  expect(shards.map((cells) => cells.map(({ cell }) => cell))).toEqual([
    ['fine-0.seed-0', 'fine-1.seed-0', 'fine-2.seed-0'],
    ['fine-3.seed-0', 'fine-4.seed-0', 'fine-5.seed-0'],
  ]);
});
