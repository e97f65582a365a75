import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machineRefusal, matchCells } from '../../../harness/run/queue/machine.ts';
import { machineNeedsOf } from '../../../harness/run/queue/queued-run.ts';
import { openRoom } from '../../../harness/run/queue/room.ts';
import { dataDigests } from '../../../harness/run/run-data.ts';
import { multi30kText, writeText } from '../../data/text/text-files.ts';
import { waiting } from '../../helpers/costs.ts';
import { cellsOfMulti30k } from '../../helpers/translation-cells.ts';
import { fixtureCell, temporaryFolder } from '../helpers.ts';
import { ableMachine, queueSettings } from './queue-fixtures.ts';

it('matches a machine with what the program, the device and the arithmetic of a run need', () => {
  const refusal = (settings: Partial<typeof queueSettings>, machine: Partial<typeof ableMachine> = {}) =>
    machineRefusal({ ...queueSettings, ...settings }, { ...ableMachine, ...machine });
  expect(refusal({})).toBeNull();
  expect(refusal({ device: 'gpu' })).toBe('it computes on a GPU, and none is here');
  expect(refusal({ device: 'gpu' }, { gpus: 1 })).toBeNull();
  expect(refusal({ program: 'another' })).toContain('its files differ');
  expect(refusal({}, { processor: { arch: 'arm64', instructionSet: [] } })).toBeNull();
  expect(refusal({ arithmetic: 'portable' }, { processor: { arch: 'arm64', instructionSet: [] } })).toBe(
    'its arithmetic is portable: needs an x64 processor, and this one is arm64',
  );
});

it('takes cells of data that are there and hold the same, and leaves the others, saying why', async () => {
  const folder = await writeText(await temporaryFolder(), multi30kText);
  const [cell] = cellsOfMulti30k();
  const data = await dataDigests({ multi30k: folder })(cell!);
  const cells = [
    { ...cell!, data },
    { ...fixtureCell('fine'), data: null },
  ];
  const having = (found: Record<string, string>) => ({ ...ableMachine, findData: async () => found });
  expect(await matchCells(cells, having({ multi30k: folder }))).toMatchObject({
    sorts: [{ name: machineNeedsOf(cell!).name }, { name: 'nothing-256-mib', bytes: 0 }],
    lacks: [],
  });
  expect(await matchCells(cells, having({}))).toMatchObject({
    sorts: [{ name: 'nothing-256-mib' }],
    lacks: ['the data set multi30k is not here'],
  });
  await writeFile(join(folder, 'train.en'), multi30kText['train.en']!.replace('dog', 'cat'));
  expect(await matchCells(cells, having({ multi30k: folder }))).toMatchObject({
    sorts: [{ name: 'nothing-256-mib' }],
    lacks: ['multi30k here holds other data, or is damaged'],
  });
});

it('sorts cells by their data set and the memory that they are expected to take, in powers of two', () => {
  const needs = (memoryBytes: number) => machineNeedsOf(fixtureCell('fine', { cost: { ...waiting(1), memoryBytes } }));
  expect(needs(0)).toEqual({ data: null, memory: 2 ** 28, name: 'nothing-256-mib' });
  expect(needs(2 ** 28)).toMatchObject({ memory: 2 ** 28 });
  expect(needs(2 ** 28 + 1)).toMatchObject({ memory: 2 ** 29, name: 'nothing-512-mib' });
  expect(needs(3e9)).toMatchObject({ memory: 2 ** 32, name: 'nothing-4096-mib' });
});

it('leaves cells that take more memory than the machine gives, by the largest of a size', async () => {
  const taking = (seed: number, memoryBytes: number) => {
    return { ...fixtureCell('fine', { seed, cost: { ...waiting(1), memoryBytes } }), data: null };
  };
  const cells = [taking(0, 1e9), taking(1, 1.05e9), taking(2, 2e9)];
  const match = (memory: number) => matchCells(cells, { ...ableMachine, memory });
  expect((await match(3e9)).sorts).toEqual([
    { name: 'nothing-1024-mib', bytes: 1.05e9 },
    { name: 'nothing-2048-mib', bytes: 2e9 },
  ]);
  expect(await match(1.5e9)).toMatchObject({
    sorts: [{ name: 'nothing-1024-mib' }],
    lacks: ['cells are expected to take up to 1.9 GiB of memory, and cells may take 1.4 GiB here (--memory)'],
  });
});

it('gives memory to as many cells as fit, one at least, by the largest share over what was expected', () => {
  const room = openRoom(1000);
  expect(room.fits(5000)).toBe(true);
  const leave = [room.take(400), room.take(400)];
  expect([room.fits(200), room.fits(201)]).toEqual([true, false]);
  leave[0]!(null);
  expect(room.fits(600)).toBe(true);
  // Twice what was expected, and the headroom: 400 expected bytes count as 920.
  leave[1]!(800);
  expect(room.fits(5000)).toBe(true);
  room.take(400);
  expect([room.fits(34), room.fits(35)]).toEqual([true, false]);
});
