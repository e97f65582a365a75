import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { lowRank } from '../../harness/methods/low-rank.ts';
import { factorizationsOf } from '../../harness/nn/network.ts';
import { streamsOf } from '../../harness/random.ts';
import type { Blueprint } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import { wideResnetBlueprint } from '../../harness/shape/wide-resnet.ts';
import { factorizedIn, threadsFor } from '../../harness/tasks/factorized-ahead.ts';
import { balancedFactors, type Factorization } from '../../harness/tensor/balanced-factors.ts';
import { ndArray } from '../../harness/tensor/nd-array.ts';
import { matMul, randomValues } from '../helpers/reference.ts';

const compiled = new URL('../../build/harness/tasks/factor-thread.js', import.meta.url);
const entryOf = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

function factorizationOf(
  shape: readonly [number, number],
  rank: number,
  { ones = false, values }: { ones?: boolean; values?: Iterable<number> } = {},
): Factorization {
  const entries = () => Float32Array.from(values ?? randomValues('matrix', [...shape]).data);
  return { shape, rank, options: { ones }, entries };
}

const [tall, wide] = [randomValues('left', [37, 3]), randomValues('right', [3, 29])];
const cases = new Map([
  ['square', factorizationOf([33, 33], 7)],
  ['tall', factorizationOf([61, 23], 5)],
  ['wide', factorizationOf([19, 45], 19)],
  ['of singular values of one', factorizationOf([21, 22], 4, { ones: true })],
  ['of less than full rank', factorizationOf([37, 29], 9, { values: matMul(tall, wide).data })],
  ['beyond its rank', factorizationOf([5, 31], 8)],
  ['a row', factorizationOf([1, 7], 1)],
]);

describe('factorizedIn', () => {
  test.each([1, 2, 3, 9])('gives in %i threads what balancedFactors gives, to the bit', async (threads) => {
    const found = await factorizedIn(threads, cases, compiled);
    expect([...found.keys()].sort()).toEqual([...cases.keys()].sort());
    for (const [name, { shape, rank, options, entries }] of cases) {
      expect(found.get(name)).toEqual(balancedFactors(ndArray(shape, entries()), rank, options));
    }
  });

  test('draws a matrix when a thread is free for it, the largest first', async () => {
    const drawn: string[] = [];
    const noting = [...cases].map(([name, given]): [string, Factorization] => {
      const entries = () => {
        drawn.push(name);
        return given.entries();
      };
      return [name, { ...given, entries }];
    });
    const running = factorizedIn(2, new Map(noting), compiled);
    expect(drawn).toEqual(['square', 'of less than full rank']);
    await running;
    expect(drawn).toHaveLength(cases.size);
  });

  const two = new Map([...cases].slice(0, 2));
  test.each([
    [
      'throws',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new RangeError('no luck'); });",
      'no luck',
    ],
    [
      'ends',
      "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3));",
      'it ended with exit code 3',
    ],
    ['ends at once', 'process.exit(4);', 'it ended with exit code 4'],
    ['cannot start', "import 'node:no-such-module';", 'No such built-in module'],
  ])('names the matrix whose thread %s', async (_, source, why) => {
    const failing = factorizedIn(2, two, entryOf(source));
    await expect(failing).rejects.toThrow(/^(square|tall): the thread that factorizes its weights failed: /);
    await expect(failing).rejects.toThrow(why);
  });

  test('tells of a matrix that is not finite', async () => {
    const spoilt = factorizationOf([3, 4], 2, { values: new Float32Array(12).fill(Number.NaN) });
    await expect(factorizedIn(2, new Map([...two, ['spoilt', spoilt]]), compiled)).rejects.toThrow(
      'spoilt: the thread that factorizes its weights failed: symmetricEigen: an entry is not finite',
    );
  });
});

describe('threadsFor', () => {
  const threadsOf = (blueprint: Blueprint, threads: number) => {
    const compression = { method: lowRank, scale: 0.1, init: 'spectral' as const };
    return threadsFor([...factorizationsOf(blueprint, compression, streamsOf('none', 0)).values()], threads);
  };
  const images = { classes: 10, size: 32, inputChannels: 3 };

  test('are those that may be used, from four to eight, for a network of wide layers', () => {
    const blueprint = wideResnetBlueprint({ depth: 28, widen: 10, ...images });
    expect([1, 3, 4, 5, 64].map((threads) => threadsOf(blueprint, threads))).toEqual([0, 0, 4, 5, 8]);
  });

  test('are none for small networks, and for one matrix', () => {
    expect(threadsOf(resnetBlueprint({ depth: 56, width: 16, ...images }), 8)).toBe(0);
    expect(threadsFor([factorizationOf([5000, 5000], 1)], 8)).toBe(0);
    expect(threadsFor([], 8)).toBe(0);
  });
});

describe('factorizedAhead, as compiled', () => {
  const run = (...argv: string[]) =>
    execaNode(fileURLToPath(new URL('./fixtures/factorized.mjs', import.meta.url)), argv, {
      reject: false,
      timeout: 100_000,
    });

  test('gives the same with four threads and with five, and leaves none', async () => {
    const [four, five] = [await run('4'), await run('5')];
    expect(four).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^2 [0-9a-f]{64}$/) });
    expect(five.stdout).toBe(four.stdout);
  });

  test('leaves the work where there are few threads', async () => {
    expect((await run('3')).stdout).toMatch(/^0 /);
  });

  test('ends where a thread fails', async () => {
    const failed = await run('4', 'spoil');
    expect(failed).toMatchObject({ exitCode: 1, timedOut: false });
    expect(failed.stderr).toContain('second: the thread that factorizes its weights failed');
  });
});
