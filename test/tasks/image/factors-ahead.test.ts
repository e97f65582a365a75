import { beforeEach, expect, test, vi } from 'vitest';
import { makeTask } from '../../../harness/make-task.ts';
import { weightsDigest } from '../../../harness/measure/weights.ts';
import type { factorizedAhead } from '../../../harness/tasks/factorized-ahead.ts';
import { balancedFactors } from '../../../harness/tensor/balanced-factors.ts';
import { ndArray } from '../../../harness/tensor/nd-array.ts';
import { cellNamed, plainContext, tinyCells } from '../../end-to-end/tiny-cells.ts';
import '../../helpers/engine.ts';

/** Stands in for threads, which only large networks are worth. */
const { ahead } = vi.hoisted(() => ({ ahead: vi.fn<typeof factorizedAhead>() }));
vi.mock('../../../harness/tasks/factorized-ahead.ts', () => ({ factorizedAhead: ahead }));

beforeEach(() => {
  ahead.mockReset();
  ahead.mockResolvedValue(new Map());
});

const initialDigest = async (part: string, threads: number) => {
  const { task } = await makeTask(cellNamed(part, tinyCells()), { ...plainContext, threads });
  return weightsDigest(task.variables);
};

const spectral = 'low-rank-0.25.spectral.frobenius-decay';

test('a cell starts from what is factorized in the threads that it has', async () => {
  const plain = await initialDigest(spectral, 1);
  expect(ahead.mock.lastCall?.[1]).toBe(1);
  ahead.mockImplementation(async (factorizations) => {
    const names = [...factorizations.keys()];
    expect(names).toContain('stage1.block1.1.conv');
    const computed = [...factorizations.values()].map(({ shape, entries, rank, options }) =>
      balancedFactors(ndArray(shape, entries()), rank, options),
    );
    return new Map(names.map((name, index) => [name, computed[index]!]));
  });
  expect(await initialDigest(spectral, 3)).toBe(plain);
  expect(ahead.mock.lastCall?.[1]).toBe(3);
  ahead.mockImplementation(async (factorizations) => {
    const [name, { shape, rank }] = [...factorizations][0]!;
    const zeros = ([m, n]: [number, number]) => ndArray([m, n], new Float64Array(m * n));
    return new Map([[name, { u: zeros([shape[0], rank]), v: zeros([shape[1], rank]) }]]);
  });
  expect(await initialDigest(spectral, 3)).not.toBe(plain);
});

test('a cell without spectral initialization has nothing to factorize', async () => {
  await initialDigest('dense', 2);
  expect(ahead.mock.lastCall?.[0].size).toBe(0);
});
