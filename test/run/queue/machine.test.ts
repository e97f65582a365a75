import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machineRefusal, matchData } from '../../../harness/run/queue/machine.ts';
import { cellsThatFit } from '../../../harness/run/queue/room.ts';
import { dataDigests } from '../../../harness/run/run-data.ts';
import { multi30kText, writeText } from '../../data/text/text-files.ts';
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
  expect(await matchData(cells, having({ multi30k: folder }))).toMatchObject({
    sorts: ['multi30k', 'nothing'],
    lacks: [],
  });
  expect(await matchData(cells, having({}))).toMatchObject({
    sorts: ['nothing'],
    lacks: ['the data set multi30k is not here'],
  });
  await writeFile(join(folder, 'train.en'), multi30kText['train.en']!.replace('dog', 'cat'));
  expect(await matchData(cells, having({ multi30k: folder }))).toMatchObject({
    sorts: ['nothing'],
    lacks: ['multi30k here holds other data, or is damaged'],
  });
});

it('gives as many cells as fit into the memory, with room above the peaks that were sampled', () => {
  expect(cellsThatFit(2 ** 30, null)).toBe(2);
  expect(cellsThatFit(10e9, 2e9)).toBe(4);
  expect(cellsThatFit(10e9, 20e9)).toBe(1);
});
