import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { CellRecord } from '../../harness/record.ts';
import type { Cell } from '../../harness/spec/spec.ts';
import { fixtureConfig, fixtureRecord } from '../helpers/records.ts';

/** A worker without training; a cell's method says how it behaves. */
export const fixtureWorker = fileURLToPath(new URL('./fixtures/worker.mjs', import.meta.url));

/** A cell named after its method, which says how the fixture worker behaves. */
export function fixtureCell(method: string, overrides: Partial<Cell> = {}): Cell {
  const seed = overrides.seed ?? 0;
  return {
    id: `id-${method}-${seed}`,
    suite: 'compression',
    profile: 'smoke',
    cell: `${method}.seed-${seed}`,
    model: 'resnet-20',
    dataset: 'generated',
    method,
    init: 'default',
    regularizer: 'none',
    budget: 0.1,
    ratio: 0.1,
    seed,
    config: fixtureConfig({ method, seed }),
    estimatedSeconds: 10,
    timeLimitSeconds: 20,
    ...overrides,
  };
}

/** The completed record of a fixture cell. */
export function recordOfCell(cell: Cell, overrides: Partial<CellRecord> = {}): CellRecord {
  const { estimatedSeconds: _estimate, timeLimitSeconds: _limit, ...identity } = cell;
  return fixtureRecord({ ...identity, ...overrides });
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
