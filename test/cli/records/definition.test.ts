import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { acceptRecords } from '../../../baselines/accept.ts';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { acceptDefinitions } from '../../../baselines/reduced-definitions.ts';
import { readReducedDefinitions, writeReducedDefinitions } from '../../../baselines/reduced-definitions-file.ts';
import { main } from '../../../harness/cli/main.ts';
import { type ReducedPair, storedCellOf } from '../../../harness/cli/records/reduced-plan.ts';
import { reducedRows } from '../../../harness/cli/records/reduced-rows.ts';
import { nameMatcher } from '../../../harness/name-matcher.ts';
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

test('cells of nightly whose data are absent are compared in their reduced form, where one is stored', async () => {
  const arms = [
    '--only',
    'dense.default.weight-decay.resnet*',
    '--only',
    'low-rank-0.25.default.frobenius-decay.resnet*',
  ];
  const accepted = await run('accept', 'compression', '--definition', '--profile', 'nightly', '--why', 'x', ...arms);
  expect(accepted.stdout).toMatch(/Wrote .*compression\.nightly\.definitions\.json: 2 cells, 2 definitions\.\n$/);
  const compare = () => run('check', 'compression', '--definition', '--profile', 'nightly', ...arms);
  expect(await compare()).toMatchObject({
    exitCode: 0,
    stdout: '2 cells: 2 equal.\n',
    stderr: expect.stringContaining('2 cells in 2 reduced forms'),
  });
  const stored = (await readReducedDefinitions('compression', 'nightly', baselinesDir))!;
  const gone = { ...stored.cells[0]!, cell: 'dense.default.weight-decay.resnet-gone.seed-0' };
  await writeReducedDefinitions({ ...stored, cells: [...stored.cells, gone] }, baselinesDir);
  expect((await compare()).stdout).toContain(`${gone.cell}: the plan holds it no more`);
  await writeReducedDefinitions(stored, baselinesDir);
  vi.stubEnv('FIXTURE_DEFINITION', JSON.stringify({ ...definition, initial: { digest: '00', norms: {} } }));
  const changed = await compare();
  expect(changed).toMatchObject({ exitCode: 4, stdout: expect.stringContaining('other initial values') });
});

describe('cells of paper, in their reduced form', () => {
  const dense = 'dense.default.weight-decay.resnet-32-w32-projection.cifar-10.seed-0';
  const both = ['default', 'spectral'].map(
    (init) => `low-rank-0.1.${init}.frobenius-decay.resnet-32-w32-projection.cifar-10.seed-0`,
  );
  const paper = (cells: readonly string[], ...words: string[]) =>
    run(...words, '--profile', 'paper', '--definition', ...cells.flatMap((cell) => ['--only', cell]));
  const accept = (...cells: string[]) => paper(cells, 'accept', 'compression', '--why', 'as published');
  const compare = (...cells: string[]) => paper(cells, 'check', 'compression');

  test('are stored, those that differ in initial values alone as one, and are then equal', async () => {
    const before = await compare(dense, ...both);
    expect(before).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('3 cells: 3 no-baseline.') });
    expect(before.stderr).toContain('3 cells in 2 reduced forms: drawn data and initial values');
    const accepted = await accept(dense, ...both);
    expect(accepted.stdout).toMatch(/Wrote .*compression\.paper\.definitions\.json: 3 cells, 2 definitions\.\n$/);
    const stored = await readReducedDefinitions('compression', 'paper', baselinesDir);
    expect(stored?.history).toMatchObject([{ why: 'as published' }]);
    expect(stored?.cells.every(({ parameters }) => (parameters ?? 0) > 10_000)).toBe(true);
    expect(await compare(dense, ...both)).toMatchObject({ exitCode: 0, stdout: '3 cells: 3 equal.\n' });
    expect((await accept(dense, ...both)).stdout).toContain('Nothing to change.');
  });

  test('differ by part with exit code 4, and fail with 1; failed ones are not stored', async () => {
    await accept(dense);
    const graph = { ...definition.graphs[0], digest: 'ff' };
    vi.stubEnv('FIXTURE_DEFINITION', JSON.stringify({ ...definition, graphs: [graph, definition.graphs[1]] }));
    const changed = await compare(dense);
    expect(changed.exitCode).toBe(4);
    expect(changed.stdout).toContain(`changed     compression, paper: ${dense}: other recorded steps`);
    vi.stubEnv('FIXTURE_CELL', '*=error');
    expect((await compare(dense)).exitCode).toBe(1);
    const refused = await accept(dense);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nothing is stored') });
  });

  test('that the plan holds no more are said, and dropped', async () => {
    await accept(dense);
    const stored = (await readReducedDefinitions('compression', 'paper', baselinesDir))!;
    const gone = { ...stored.cells[0]!, cell: 'gone.seed-0' };
    await writeReducedDefinitions({ ...stored, cells: [...stored.cells, gone] }, baselinesDir);
    expect(await compare(dense)).toMatchObject({ exitCode: 0, stdout: '1 cells: 1 equal.\n' });
    const glob = ['*cifar-10.seed-0', 'gone*'];
    expect(
      reducedRows({ ...emptyComparison, stored: { ...stored, cells: [gone] }, isAsked: nameMatcher(glob) }),
    ).toEqual([
      expect.objectContaining({ cell: 'gone.seed-0', verdict: 'removed', differences: ['the plan holds it no more'] }),
    ]);
  });

  test('begin with what others come to, or are too large, where that is so', () => {
    const pair = { planned: { ...first, needs: [{ role: 'teacher', id: 'a', cell: 'b' }] }, reduced: null };
    const stored = acceptDefinitions(
      { suite: 'compression', profile: 'paper', history: [], cells: [], definitions: {} },
      { cells: [storedCellOf(pair)], definitions: {}, removed: [] },
      { why: 'first', at: '2026-11-23T00:00:00.000Z', commit: null },
    );
    const verdictOf = (pairs: ReducedPair[]) => reducedRows({ ...emptyComparison, stored, pairs })[0]?.verdict;
    expect(verdictOf([pair])).toBe('needs-training');
    expect(verdictOf([{ planned: first, reduced: null }])).toBe('too-large');
  });

  const emptyComparison = {
    suite: 'compression',
    profile: 'paper',
    pairs: [],
    found: new Map(),
    stored: null,
    isAsked: () => true,
    program: 'program',
  };
});

test('tolerances of first steps are stored where other environments are played', async () => {
  const completed = await run('accept', 'compression', '--complete', '--environments', ...only);
  expect(completed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 entries have tolerances') });
  for (const name of ['as stored', 'two threads', 'all instructions', 'narrower', 'without oneDNN']) {
    expect(completed.stderr).toContain(`Defining 2 cells: ${name}`);
  }
  const stored = await readBaseline('compression', 'smoke', baselinesDir);
  // Without oneDNN the worker's first loss of 2 is larger by 0.001.
  expect(stored?.cells.map((entry) => entry.first_step_tolerances)).toEqual(
    new Array(2).fill({ losses: [0.005, 0, 0], variables: [0, 0, 0] }),
  );
});

test.each([
  [['check', 'compression', 'tensors'], 'several go with --definition only'],
  [['check', '--all'], 'check --all: goes with --definition only'],
  [['check', '--definition', '--all', 'tensors'], '--all: checks every suite'],
  [['accept', 'compression'], 'accept: say why the new values are right'],
  [['accept', 'compression', '--complete', '--why', 'x'], 'accept --complete: accepts nothing'],
  [['accept', 'compression', '--environments', '--why', 'x'], 'accept --environments: goes with --complete'],
  [['accept', 'compression', '--definition', '--why', 'x'], 'definitions of smoke are stored with its results'],
])('%s is refused', async (argv, message) => {
  const { exitCode, stderr } = await run(...argv);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});
