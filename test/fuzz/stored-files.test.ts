import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../harness/cli/main.ts';
import { programDigest } from '../../harness/program.ts';
import { streamsOf, type Uniform } from '../../harness/random.ts';
import { smokeCells } from '../cli/helpers.ts';
import { asCommitted } from '../helpers/run-file.ts';
import { capture, fixtureWorker } from '../run/helpers.ts';
import { below, type Mutation, mutateBytes, mutateJson } from './mutations.ts';

// A later run keeps the records of workers that are of this program.
vi.stubEnv('FIXTURE_PROGRAM', programDigest());

/** Mutations of each file in one test; the environment multiplies them. */
const each = 4 * Number(process.env.FACTORBENCH_FUZZ ?? 1);
const cells = smokeCells.slice(0, 3);
const only = cells.flatMap(({ cell }) => ['--only', cell]);

let root: string;
/** A finished run of three cells, and the baseline that was accepted from it. */
let [out, baselines] = ['', ''];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'factorbench-fuzz-'));
  [out, baselines] = [join(root, 'out'), join(root, 'baselines')];
  for (const argv of [
    ['suite', 'compression', ...only, '--out', out],
    ['accept', 'compression', '--out', out, '--why', 'first'],
    ['check', '--out', out, '--strict'],
  ]) {
    if (argv[0] === 'accept') await asCommitted(out);
    const ended = await command(argv, baselines);
    expect(ended.exitCode, ended.stderr).toBe(0);
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the command line in this process, without data on the machine and with its own baselines. */
async function command(argv: string[], baselinesDir: string) {
  const [stdout, stderr] = [capture(), capture()];
  const env = { FACTORBENCH_CACHE: join(root, 'cache') };
  const io = { stdout: stdout.stream, stderr: stderr.stream, env, baselinesDir, workerPath: fixtureWorker };
  const exitCode = await main(argv, io);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** The bytes of all files of a folder, by name. */
async function bytesOf(dir: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)));
}

/** A folder with a copy of run and baselines, in which one file was damaged. */
async function damaged(file: string, random: Uniform): Promise<Mutation & { dir: string; path: string }> {
  const dir = await mkdtemp(join(root, 'damaged-'));
  await cp(out, join(dir, 'out'), { recursive: true });
  await cp(baselines, join(dir, 'baselines'), { recursive: true });
  const path = join(dir, file);
  const mutate = random() < 0.4 ? mutateBytes : mutateJson;
  const mutation = mutate(await readFile(path), random);
  await writeFile(path, mutation.content);
  return { ...mutation, dir, path };
}

/** What the verdict must follow from: a change of anything else may pass, as of factors, which the configuration holds. */
function gated(text: string): unknown {
  const parsed = JSON.parse(text);
  const { version, id, cell, suite, profile, status, config, seed, ratio, measures, checks } = parsed;
  const { parameters, nonzero_parameters, macs } = parsed;
  const identity = { version, id, cell, suite, profile, status, config, seed };
  return { ...identity, ratio, value: measures?.[0]?.value, checks, parameters, nonzero_parameters, macs };
}

/** True where the damaged record says the same as before in all that a verdict follows from. */
function isHarmless(before: Buffer, after: Buffer): boolean {
  try {
    expect(gated(after.toString('utf8'))).toEqual(gated(before.toString('utf8')));
    return true;
  } catch {
    return false;
  }
}

const stack = /^\s+at .+:\d+:\d+\)?$/m;
const controls = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

/** Runs a command: whatever the damage, it ends with a code of the contract and a sentence. */
async function told(argv: string[], dir: string, what: string) {
  const ended = await command(argv, join(dir, 'baselines'));
  const said = `${ended.stdout}${ended.stderr}`;
  expect([0, 1, 2, 3, 4], what).toContain(ended.exitCode);
  expect(said, what).not.toMatch(stack);
  expect(said, what).not.toMatch(controls);
  if (ended.exitCode === 2) expect(ended.stderr.trim(), what).not.toBe('');
  return ended;
}

describe.each([
  ['a record', `out/records/${cells[1]!.cell}.json`],
  ['run.json', 'out/run.json'],
  ['the baseline', 'baselines/compression.smoke.json'],
])('%s that was damaged', (kind, file) => {
  it.each(Array.from({ length: 5 }, (_, block) => block))('never passes unseen, block %i', async (block) => {
    const random = streamsOf(`fuzz:${file}`, block)('damage');
    for (let count = 0; count < each; count++) {
      const { dir, path, what, content } = await damaged(file, random);
      const label = `${kind}, ${what}`;
      const before = await bytesOf(dir);
      const target = join(dir, 'out');
      const checked = await told(['check', '--out', target, '--strict'], dir, `check: ${label}`);
      if (kind === 'a record' && checked.exitCode === 0) {
        const original = await readFile(join(out, 'records', `${cells[1]!.cell}.json`));
        expect(isHarmless(original, content), `passed: ${label}`).toBe(true);
      }
      await told(['compare', out, target], dir, `compare: ${label}`);
      expect(await bytesOf(dir), `check and compare write nothing: ${label}`).toEqual(before);
      const others: string[][] = [
        ['report', 'compression', '--out', target],
        ['merge', target, '--out', join(dir, 'merged')],
        ['accept', 'compression', '--out', target, '--why', 'damaged'],
        ['plan', 'compression', '--json'],
      ];
      const argv = others[below(others.length, random)]!;
      const ended = await told(argv, dir, `${argv[0]}: ${label}`);
      const after = await bytesOf(dir);
      for (const [name, bytes] of before) {
        const derived = /\/out\/(report\.\w+|results\.csv|junit\.xml|run\.json)$/.test(name) && name !== path;
        const accepted = argv[0] === 'accept' && name.includes('/baselines/') && ended.exitCode === 0;
        if (derived || accepted) continue;
        expect(after.get(name), `${argv[0]} lost ${name}: ${label}`).toEqual(bytes);
      }
      await rm(dir, { recursive: true, force: true });
    }
  });
});

const blocks = Array.from({ length: each / 2 }, (_, block) => block);

it.each(blocks)('a damaged record is kept aside and its cell runs again, block %i', async (block) => {
  const random = streamsOf('fuzz:resume', block)('damage');
  for (let count = 0; count < 2; count++) {
    const { dir, what, content, path } = await damaged(`out/records/${cells[1]!.cell}.json`, random);
    const target = join(dir, 'out');
    const others = [...(await bytesOf(join(target, 'records')))].filter(([name]) => name !== path);
    const ended = await told(['suite', 'compression', ...only, '--out', target], dir, `suite: ${what}`);
    expect(ended.exitCode, what).toBe(0);
    const after = await bytesOf(target);
    for (const [name, bytes] of others) expect(after.get(name), `lost ${name}: ${what}`).toEqual(bytes);
    const kept = [...after.values()].some((bytes) => bytes.equals(content));
    expect(kept, `the damaged record is gone: ${what}`).toBe(true);
    const checked = await told(['check', '--out', target, '--strict'], dir, `check: ${what}`);
    expect(checked.exitCode, what).toBe(0);
    await rm(dir, { recursive: true, force: true });
  }
});
