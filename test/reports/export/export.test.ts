import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../reports/export/crc32c.ts';
import { eventFile } from '../../../reports/export/event-file.ts';
import { curvesParquet, resultsParquet } from '../../../reports/export/parquet.ts';
import { resultColumns } from '../../../reports/results-csv.ts';
import { cli, folderWith, smokeCells } from '../../cli/helpers.ts';
import { failedRecord, fixtureRecord } from '../../helpers/records.ts';
import { temporaryFolder } from '../../run/helpers.ts';

const records = [
  fixtureRecord({ value: 0.1 + 0.2 }),
  fixtureRecord({}, { seed: 1 }),
  failedRecord('ended', { seed: 2 }),
];

/** A plain buffer: Node's small ones are views into a larger one. */
const bufferOf = (bytes: Uint8Array) => new Uint8Array(bytes).buffer;

describe('Parquet', () => {
  it('holds every column of results.csv to the bit, and null where nothing was measured', async () => {
    const rows = await parquetReadObjects({ file: bufferOf(resultsParquet(records)) });
    const columns = [...resultColumns(records)];
    const expected = records.map((record) => Object.fromEntries(columns.map(([name, fill]) => [name, fill(record)])));
    expect(rows).toEqual(expected);
    expect(rows[0]).toMatchObject({ value: 0.30000000000000004, method: 'low-rank', gpu_memory_peak_bytes: null });
    expect(rows[2]).toMatchObject({ status: 'failed', value: null, error: 'ended' });
  });

  it('holds every value of every curve', async () => {
    const rows = await parquetReadObjects({ file: bufferOf(curvesParquet(records)) });
    const expected = records.flatMap((record) =>
      record.status === 'failed'
        ? []
        : record.curve.flatMap(({ at, seconds, values }) =>
            Object.entries(values).map(([name, value]) => ({ cell: record.cell, at, seconds, name, value })),
          ),
    );
    expect(expected.length).toBeGreaterThan(4);
    expect(rows).toEqual(expected);
  });
});

describe('event files', () => {
  it('checks by Castagnoli’s polynomial, as RFC 3720 has it', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });

  it('are records of events, byte by byte', () => {
    const bytes = Buffer.from(eventFile([{ tag: 'loss', step: 300, wallTime: 2, value: 1.5 }]));
    // The version: field 1, 2.0; field 3, 13 bytes.
    const version = Buffer.concat([
      Buffer.from('090000000000000040', 'hex'),
      Buffer.from('1a0d', 'hex'),
      Buffer.from('brain.Event:2'),
    ]);
    expect(bytes.readBigUInt64LE(0)).toBe(BigInt(version.length));
    expect(bytes.subarray(12, 12 + version.length)).toEqual(version);
    const next = 16 + version.length;
    // Field 1, 2.0; field 2, 300; field 5 of 13 bytes: field 1 of 11 bytes: field 1, `loss`; field 2, 1.5.
    const event = Buffer.from('0900000000000000401' + '0ac022a0d0a0b0a046c6f73731' + '50000c03f', 'hex');
    expect(bytes.readBigUInt64LE(next)).toBe(BigInt(event.length));
    expect(bytes.subarray(next + 12, next + 12 + event.length).toString('hex')).toBe(event.toString('hex'));
    const crc = crc32c(event);
    const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    expect(bytes.readUInt32LE(next + 12 + event.length)).toBe(masked);
    expect(bytes.length).toBe(next + 16 + event.length);
  });
});

describe('the command', () => {
  it('writes both formats into new folders, and refuses what is full or empty', async () => {
    const from = await folderWith(smokeCells.slice(0, 2));
    const to = join(await temporaryFolder(), 'frames');
    expect(await cli(['export', from, '--to', to])).toMatchObject({ exitCode: 0, stderr: '' });
    const rows = await parquetReadObjects({ file: bufferOf(await readFile(join(to, 'results.parquet'))) });
    expect(rows.map(({ cell }) => cell)).toEqual(
      smokeCells
        .slice(0, 2)
        .map(({ cell }) => cell)
        .sort(),
    );
    const again = await cli(['export', from, '--to', to]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is not empty; choose another') });
    const runs = join(await temporaryFolder(), 'runs');
    expect((await cli(['export', from, '--format', 'tensorboard', '--to', runs])).stdout).toMatch(/tfevents/);
    expect((await cli(['export', await folderWith([]), '--to', join(runs, 'x')])).stderr).toContain('holds no records');
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    expect((await cli(['export', from, '--to', file])).stderr).toContain('is no folder that can be read');
  });
});
