import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { programDigest } from '../../../harness/program.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { launchMoto, type MotoServer, noMoto } from '../../run/shared/moto-process.ts';
import { cli, smokeCells } from '../helpers.ts';

// The workers are the real ones, started from source; only the training in them is a stand-in.
vi.stubEnv('NODE_OPTIONS', `--import ${new URL('../../run/fixtures/typescript-loader.mjs', import.meta.url).href}`);
vi.stubEnv('FIXTURE_PROGRAM', programDigest());

const cell = smokeCells[0]!.cell;
const suite = (out: string, store: string) => [
  'suite',
  'compression',
  '--only',
  cell,
  '--no-portable',
  '--no-check',
  '--out',
  out,
  '--store',
  store,
];

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('--store', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'factorbench-store-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('names a folder, by which another output folder has what was computed', async () => {
    const [one, two] = [await temporaryFolder(), await temporaryFolder()];
    const first = await cli(suite(one, root));
    expect(first.stdout).toContain('1 of 1 cells to run');
    expect(await filesIn(root)).toEqual([join(root, 'compression-smoke', 'records', `${cell}.json`)]);
    const second = await cli(suite(two, root));
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.stdout).toContain('0 of 1 cells to run');
    expect(await readFile(join(two, 'records', `${cell}.json`))).toEqual(
      await readFile(join(one, 'records', `${cell}.json`)),
    );
  });
});

describe.skipIf(noMoto !== null)(`--store of a bucket${noMoto === null ? '' : ` (skipped: ${noMoto})`}`, () => {
  let server: MotoServer;
  beforeAll(async () => {
    server = await launchMoto();
    await server.createBucket('results');
  });
  afterAll(() => server.stop());

  it('does the same, and has no key in a file or a line', async () => {
    const [one, two] = [await temporaryFolder(), await temporaryFolder()];
    const env = () => ({
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'AKIDSECRET',
      AWS_SECRET_ACCESS_KEY: 'very-secret',
      AWS_SESSION_TOKEN: 'token-secret',
    });
    const place = 's3://results/of everything';
    const first = await cli(suite(one, place), { env: env() });
    const second = await cli(suite(two, place), { env: env() });
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
    expect([first.stdout, second.stdout].map((text) => /\d of 1 cells to run/.exec(text)?.[0])).toEqual([
      '1 of 1 cells to run',
      '0 of 1 cells to run',
    ]);
    const said = [first.stdout, first.stderr, second.stdout, second.stderr];
    const kept = await Promise.all(
      [...(await filesIn(one)), ...(await filesIn(two))].map((file) => readFile(file, 'utf8')),
    );
    expect([...said, ...kept].join('\n')).not.toMatch(/AKIDSECRET|very-secret|token-secret/);
    expect(JSON.parse(await readFile(join(two, 'run.json'), 'utf8'))).toMatchObject({ options: { store: place } });
  });

  it.each([
    ['a bucket that is not there', 's3://nothing', {}, /has no bucket nothing; create it/],
    [
      'no keys',
      's3://results',
      { AWS_SECRET_ACCESS_KEY: '' },
      /--store s3:\/\/results: no keys: set AWS_ACCESS_KEY_ID/,
    ],
  ])('ends with 2, before anything is written, for %s', async (_what, place, env, why) => {
    const out = join(await temporaryFolder(), 'out');
    const ran = await cli(suite(out, place), { env: { ...server.env, ...env } });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toMatch(why);
    expect(await filesIn(out)).toEqual([]);
  });
});
