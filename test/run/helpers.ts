import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openGate } from '../../baselines/gate.ts';
import { type FailedRecord, type FinishedRecord, identityOf } from '../../harness/record.ts';
import { failedRecord } from '../../harness/run/records/failed-record.ts';
import type { RunSuiteOptions } from '../../harness/run/run-suite.ts';
import type { Cell, PlannedCell } from '../../harness/spec/cell.ts';
import type { ImageConfig } from '../../harness/spec/image.ts';
import { waiting } from '../helpers/costs.ts';
import { fixtureConfig, fixtureIdentity, fixtureRecord, type RecordOverrides } from '../helpers/records.ts';

/** A worker without training; a cell's behaviour or method says how it behaves. */
export const fixtureWorker = fileURLToPath(new URL('./fixtures/worker.mjs', import.meta.url));

/** How a pool of two fixture workers runs, where a test does not say otherwise. */
export function fixturePool() {
  return {
    workerPath: fixtureWorker,
    dataFolders: {},
    device: 'cpu',
    arithmetic: 'native',
    threads: 1,
    killAfterMs: 5000,
    jobs: 2,
    signal: new AbortController().signal,
  } as const;
}

/** A run of cells by fixture workers, where a test does not say otherwise; nothing is checked. */
export function fixtureRun(cells: readonly PlannedCell[]): Omit<RunSuiteOptions, 'outDir' | 'stream'> {
  return {
    ...fixturePool(),
    suite: 'compression',
    title: 'Compression',
    profile: 'smoke',
    note: 'Shorter than published.',
    margin: 0.02,
    gate: openGate,
    cells,
    plan: cells,
    fresh: false,
    program: 'fixture',
    check: false,
    strict: false,
    commandLine: ['suite', 'compression'],
    settings: {},
    versions: { factorbench: '1.0.0', commit: null, node: 'v20' },
  };
}

/** A cell for the fixture worker. */
export interface StandInCell extends PlannedCell {
  /** How the worker behaves, where that is not what the cell's method says. */
  behaviour?: string;
}

export interface FixtureCell extends StandInCell {
  config: ImageConfig;
}

/** What of a fixture cell does not follow from its configuration, and its seed. */
type CellOverrides = Partial<Omit<FixtureCell, keyof ReturnType<typeof fixtureIdentity>>> & {
  cell?: string;
  seed?: number;
};

/**
 * A cell named after its method, which says how the fixture worker behaves; what identifies it follows from its
 * configuration, that of the fixture with the given fields.
 */
export function fixtureCell(
  method: string,
  { seed = 0, ...overrides }: CellOverrides = {},
  config: Partial<Omit<ImageConfig, 'method' | 'seed'>> = {},
): FixtureCell {
  const identity = fixtureIdentity(fixtureConfig({ regularizer: 'none', ...config, method, seed }));
  return {
    ...identity,
    suite: 'compression',
    profile: 'smoke',
    cell: `${method}.seed-${seed}`,
    ratio: 0.1,
    parameters: 27053,
    cost: waiting(10),
    estimatedSeconds: 10,
    timeLimitSeconds: 20,
    isNeeded: false,
    ...overrides,
  };
}

/** The completed or diverged record of a cell of images. */
export function recordOfCell(cell: Cell, overrides: RecordOverrides = {}): FinishedRecord {
  return fixtureRecord({ ...identityOf(cell), ...overrides });
}

/** The record of a cell that failed. */
export function failureOfCell(cell: Cell, error: string): FailedRecord {
  return failedRecord(cell, error, new Date(0), new Date(12_500));
}

/** A new folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'factorbench-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A stream that keeps what is written to it. */
export function capture(): { stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
  });
  return { stream, text: () => text };
}
