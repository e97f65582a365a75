import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { environmentsOf, type ProofEnvironment, proveCells } from '../../harness/run/prove.ts';
import { capture, fixtureCell, fixtureWorker } from './helpers.ts';

const here: ProofEnvironment = { name: 'here', node: [process.execPath], isAlone: true };
const other: ProofEnvironment = { name: 'other', node: ['env', 'FIXTURE_VALUE=0.7', process.execPath], isAlone: true };

function proof(behaviours: readonly string[], environments: readonly ProofEnvironment[]) {
  return proveCells({
    cells: behaviours.map((behaviour) => fixtureCell(behaviour)),
    environments,
    jobs: 2,
    timeLimitSeconds: 60,
    workerPath: fixtureWorker,
    killAfterMs: 1000,
    signal: new AbortController().signal,
    stream: capture().stream,
  });
}

it('runs here twice, with each other Node, and under each emulated processor', () => {
  expect(environmentsOf({ emulator: 'qemu', cpu: ['Haswell', 'max'], node: ['/n/24'] }, '/n/20')).toEqual([
    { name: 'here', node: ['/n/20'], isAlone: true },
    { name: 'here again', node: ['/n/20'], isAlone: false },
    { name: '/n/24', node: ['/n/24'], isAlone: false },
    { name: 'qemu -cpu Haswell', node: ['qemu', '-cpu', 'Haswell', '/n/20'], isAlone: false },
    { name: 'qemu -cpu max', node: ['qemu', '-cpu', 'max', '/n/20'], isAlone: false },
  ]);
});

describe('a proof', () => {
  it('tells which cells give the same result in all environments', async () => {
    const cells = await proof(['fine', 'as-environment'], [here, other]);
    const [fine, differing] = cells;
    expect(fine).toMatchObject({ equal: true, results: [{ environment: 'here' }, { environment: 'other' }] });
    expect(new Set(fine?.results.map(({ result }) => result)).size).toBe(1);
    expect(differing).toMatchObject({ equal: false });
    expect(new Set(differing?.results.map(({ result }) => result)).size).toBe(2);
  });

  it('is none where a cell fails, with the reason', async () => {
    const [cell] = await proof(['crash'], [here]);
    expect(cell).toMatchObject({
      equal: false,
      results: [{ result: null, error: expect.stringContaining('exit code') }],
    });
  });

  it('leaves nothing behind', async () => {
    const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('factorbench-prove-'));
    const before = await left();
    await proof(['fine'], [here]);
    expect((await left()).filter((name) => !before.includes(name))).toEqual([]);
  });
});
