import { expect, it } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import { refuseUnfitting } from '../../harness/run/memory-fit.ts';
import { waiting } from '../helpers/costs.ts';
import { fixtureCell } from './helpers.ts';

const gib = 2 ** 30;
const cellsOf = (...sizes: number[]) =>
  sizes.map((size, seed) => fixtureCell('fine', { seed, cost: { ...waiting(1), memoryBytes: size * gib } }));

it('lets cells run that fit, one alone and as many as run at once', () => {
  expect(() => refuseUnfitting(cellsOf(1, 4, 2), { jobs: 2, bytes: 6 * gib })).not.toThrow();
  expect(() => refuseUnfitting(cellsOf(1, 1), { jobs: 8, bytes: 2 * gib })).not.toThrow();
  expect(() => refuseUnfitting([], { jobs: 1, bytes: 0 })).not.toThrow();
});

it('refuses a cell that does not fit, naming it, its memory and what helps', () => {
  const refusal = new UsageError(
    'fine.seed-1 is expected to take 8.0 GiB of memory, and this machine has 6.0 GiB: leave it out with --only, run it ' +
      'on a larger machine, or, where that is wrong, --overcommit runs it all the same.',
  );
  expect(() => refuseUnfitting(cellsOf(1, 8), { jobs: 1, bytes: 6 * gib })).toThrow(refusal);
});

it('refuses more at once than fit, naming how many do', () => {
  expect(() => refuseUnfitting(cellsOf(1, 3, 2, 2), { jobs: 3, bytes: 6 * gib })).toThrow(
    '--jobs 3: 3 cells at once are expected to take up to 7.0 GiB of memory, and this machine has 6.0 GiB: use --jobs 2, ' +
      'or, where that is wrong, --overcommit runs it all the same.',
  );
});
