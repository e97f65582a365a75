import { expect, test } from 'vitest';
import { randomTicket } from '../../../harness/methods/sparse/random-ticket.ts';
import { streamsOf } from '../../../harness/random.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import '../../helpers/engine.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';

/**
 * ResNet-8 of width 4: seven convolutions of 108, 144, 144, 288, 576, 1152 and 2304 entries, and 48 of the linear
 * layer.
 */
const sizes = [108, 144, 144, 288, 576, 1152, 2304];

test('keeps the shares of its layers in the published proportion, at random places of them', async () => {
  const setUp = sparseSetUp(randomTicket, { budget: 0.1 });
  const before = setUp.context.values();
  await setUp.sparse.hooks.beforePhase!(0);
  const masks = setUp.context.masks();
  const counts = masks.map(ones);
  expect(counts.at(-1)).toBe(14);
  // The l-th of eight layers: (9 − l)² + (9 − l), 72 in the first and 6 in the seventh.
  const shares = sizes.map((size, index) => size * ((8 - index) ** 2 + (8 - index)));
  const total = shares.reduce((sum, share) => sum + share, 0);
  shares.forEach((share, l) => {
    expect(Math.abs(counts[l]! - ((setUp.keep - 14) * share) / total)).toBeLessThan(1);
  });
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(setUp.keep);
  expect(setUp.context.values()).toEqual(
    before.map((values, l) => values.map((value, i) => (masks[l]![i] === 1 ? value : 0))),
  );
  // No data are looked at.
  expect(setUp.sparse.examples()).toBe(0);
  // Another seed chooses other places of the same numbers.
  const other = sparseSetUp(randomTicket, { budget: 0.1, streams: streamsOf('tiny', 1) });
  await other.sparse.hooks.beforePhase!(0);
  expect(other.context.masks().map(ones)).toEqual(counts);
  expect(other.context.masks()).not.toEqual(masks);
});
