import { expect, it } from 'vitest';
import { cellCommand } from '../harness/cell-command.ts';
import { extraSeeds, freshSeeds } from '../harness/night.ts';
import { failedRecord, fixtureRecord } from './helpers/records.ts';
import { wordsOfShell } from './helpers/shell.ts';

const cell = 'low-rank-0.1.default.weight-decay.resnet-20.generated.seed-2';
const head = ['npm', 'run', 'suite', '--', 'compression', '--profile', 'smoke', '--only', cell, '--seeds', '3'];

it('names what computed the cell: suite, profile, cell, seeds', () => {
  const command = cellCommand(fixtureRecord({}, { seed: 2 }), { dataDir: '/data', further: ['--out', 'again'] });
  // Generated data lies in no folder.
  expect(command).toBe(`${head.join(' ')} --no-portable --out again`);
  const { fingerprint } = fixtureRecord();
  const portable = fixtureRecord({ fingerprint: { ...fingerprint, arithmetic: 'portable' } }, { seed: 2 });
  expect(cellCommand(portable, { dataDir: null, further: [] })).toBe(`${head.join(' ')} --portable`);
});

it('names the night of a fresh seed, which no number of seeds reaches', () => {
  const night = '2026-12-01';
  const [seed] = freshSeeds('compression', 'smoke', night);
  const commandOf = (of: number) => cellCommand(fixtureRecord({}, { seed: of }), { dataDir: null, night, further: [] });
  expect(commandOf(seed!)).toContain(`.seed-${seed} --night 2026-12-01 --no-portable`);
  const third = extraSeeds('compression', 'smoke', night)[2]!;
  expect(commandOf(third)).toContain(`.seed-${third} --night 2026-12-01 --extra 3 --no-portable`);
  expect(commandOf(2)).toContain('--seeds 3');
});

it('names the method’s file, the data’s folder, threads and device, as a shell reads them', () => {
  const { fingerprint } = fixtureRecord();
  const record = fixtureRecord(
    {
      origin: "/home/o'neil/my method.js",
      data_source: 'files',
      fingerprint: { ...fingerprint, threads: 4, device: 'gpu: any' },
    },
    { seed: 2, methodDigest: 'f'.repeat(64) },
  );
  const words = wordsOfShell(cellCommand(record, { dataDir: '/My Data', further: ['--out', 'a b'] }));
  expect(words).toEqual([
    ...head,
    '--method',
    "/home/o'neil/my method.js",
    '--data',
    '/My Data',
    '--threads',
    '4',
    '--device',
    'gpu',
    '--out',
    'a b',
  ]);
  expect(cellCommand(record, { dataDir: null, further: [] })).not.toContain('--data');
});

it('names the data’s folder of a failed cell, which cannot say what it read', () => {
  const command = cellCommand(failedRecord('boom', { seed: 2 }), { dataDir: '/data', further: [] });
  expect(command).toBe(`${head.join(' ')} --data /data`);
});

it('runs nothing that a foreign record names', () => {
  const names = { suite: '$(touch x)', cell: "a'; touch x; '`id`\nb" };
  const words = wordsOfShell(cellCommand({ ...fixtureRecord(), ...names }, { dataDir: null, further: [] }));
  expect([words[4], words[8]]).toEqual([names.suite, names.cell]);
  expect(words).toHaveLength(12);
});
