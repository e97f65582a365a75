import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { main } from '../../../harness/cli/main.ts';
import { programDigest } from '../../../harness/program.ts';
import { fixtureDefinition } from '../../helpers/definitions.ts';
import { fixtureRecord } from '../../helpers/records.ts';
import { capture, recordOfCell, temporaryFolder } from '../../run/helpers.ts';
import { smokeCells } from '../helpers.ts';

/** The commands with a worker that defines without an engine. */

const [first, second] = smokeCells as [(typeof smokeCells)[number], (typeof smokeCells)[number]];
const definition = fixtureDefinition({ data: fixtureRecord().fingerprint.data });
let baselinesDir: string;

async function run(...argv: string[]) {
  const [stdout, stderr] = [capture(), capture()];
  const workerPath = path.join(import.meta.dirname, 'fixtures/defining-worker.mjs');
  const env = { FACTORBENCH_CACHE: await temporaryFolder() };
  const exitCode = await main(argv, { stdout: stdout.stream, stderr: stderr.stream, env, baselinesDir, workerPath });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

const only = ['--only', first.cell, '--only', second.cell];
const check = (...options: string[]) =>
  run('check', 'compression', '--definition', '--profile', 'smoke', ...only, ...options);
const complete = () => run('accept', 'compression', '--complete', ...only);

beforeEach(async () => {
  baselinesDir = await temporaryFolder();
  vi.stubEnv('FIXTURE_DEFINITION', JSON.stringify(definition));
  const records = [recordOfCell(first), recordOfCell(second)];
  await writeBaseline(acceptRecords(records, null, { why: 'first', at: '2026-11-23T00:00:00.000Z' }), baselinesDir);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('entries without definitions are named, completed without training, and then equal', async () => {
  const before = await check();
  expect(before.stdout).toContain(`holds no definition of 2 cells: ${first.cell}, ${second.cell} (npm run accept --`);
  expect(before.exitCode).toBe(0);
  expect(await complete()).toMatchObject({
    exitCode: 0,
    stdout: '2 entries were completed, 0 of 2 lack a definition.\n',
  });
  const stored = await readBaseline('compression', 'smoke', baselinesDir);
  expect(stored?.cells.map((entry) => entry.definition)).toEqual([definition, definition]);
  expect(await check()).toMatchObject({ exitCode: 0, stdout: '2 cells: 2 equal.\n' });
  expect((await complete()).stdout).toBe('0 entries were completed, 0 of 2 lack a definition.\n');
});

test('a changed definition has a line a difference and exit code 4', async () => {
  await complete();
  const graph = { ...definition.graphs[0], digest: 'ff', operations: '3 Mul; 2 const float32 [] 0.8' };
  vi.stubEnv('FIXTURE_GRAPH', JSON.stringify(graph));
  vi.stubEnv('FIXTURE_CELL', `${first.cell}=momentum`);
  const line = `changed     compression, smoke: ${first.cell}: train: a constant 0.9 is now 0.8, in 2 places`;
  expect(await check()).toMatchObject({ exitCode: 4, stdout: `${line}\n2 cells: 1 changed, 1 equal.\n` });
  const { stdout } = await check('--json');
  expect(JSON.parse(stdout)).toMatchObject([
    { cell: first.cell, verdict: 'changed', differences: ['train: a constant 0.9 is now 0.8, in 2 places'] },
    { cell: second.cell, verdict: 'equal', differences: [], program: programDigest(), definition },
  ]);
});

test.each([
  ['loss', 'regressed   compression, smoke: CELL: step 1: loss expected 2, measured 3'],
  ['error', 'failed      compression, smoke: CELL: no such layer'],
  ['crash', 'failed      compression, smoke: CELL: The worker ended with exit code 7'],
])('a cell that ends with %s gives exit code 1, and the other is compared', async (does, text) => {
  await complete();
  vi.stubEnv('FIXTURE_CELL', `${first.cell}=${does}`);
  const { exitCode, stdout } = await check('--jobs', '1');
  expect(stdout).toContain(text.replace('CELL', first.cell));
  expect(stdout).toContain('1 equal');
  expect(exitCode).toBe(1);
});

test('what the baseline has not, or with other data, is said', async () => {
  await complete();
  vi.stubEnv('FIXTURE_DEFINITION', JSON.stringify({ ...definition, data: 'fedcba9876543210' }));
  expect((await check()).stdout).toContain('2 cells: 2 other-data.');
  baselinesDir = await temporaryFolder();
  const { exitCode, stdout } = await check();
  expect(stdout).toContain('2 cells: 2 no-baseline.');
  expect(exitCode).toBe(0);
});

test('cells whose data are absent are left out by name', async () => {
  const { stderr, stdout } = await run('check', 'compression', '--definition', '--profile', 'nightly');
  expect(stderr).toMatch(/compression, nightly: \d+ cells are left out, as cifar-10 was not found/);
  expect(stdout).toBe('0 cells: none.\n');
});

test.each([
  [['check', 'compression', 'tensors'], 'several go with --definition only'],
  [['check', '--all'], 'check --all: goes with --definition only'],
  [['check', '--definition', '--all', 'tensors'], '--all: checks every suite'],
  [['accept', 'compression'], 'accept: say why the new values are right'],
  [['accept', 'compression', '--complete', '--why', 'x'], 'accept --complete: accepts nothing'],
])('%s is refused', async (argv, message) => {
  const { exitCode, stderr } = await run(...argv);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});
