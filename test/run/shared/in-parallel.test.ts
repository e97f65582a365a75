import { expect, it } from 'vitest';
import { inParallel } from '../../../harness/run/shared/in-parallel.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('does all, so many at a time', async () => {
  const done: number[] = [];
  let going = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++going);
    await turn();
    going--;
    done.push(item);
  });
  expect([done.toSorted(), most]).toEqual([[1, 2, 3, 4, 5], 2]);
});

it('begins with no further one after an error, which it throws', async () => {
  const begun: number[] = [];
  const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    await turn();
    if (item === 2) throw new Error('no luck with 2');
  });
  await expect(work).rejects.toThrow('no luck with 2');
  await turn();
  await turn();
  expect(begun.length).toBeLessThanOrEqual(3);
});
