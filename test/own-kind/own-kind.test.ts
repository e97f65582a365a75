import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execaNode } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompletedRecord, resultDigestOf } from '../../harness/record.ts';
import { unfolded, withoutScript } from '../helpers/page.ts';
import { asCommitted } from '../helpers/run-file.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { type CompiledKind, compileOwnKind } from './compile.ts';

/** A kind of task that the program does not know, through every stage, in processes as users start them. */

let kind: CompiledKind;
let home: string;
let baselines: string;
let whole: string;

const run = (...argv: string[]) =>
  execaNode(kind.command, [baselines, ...argv], { reject: false, env: { TF_CPP_MIN_LOG_LEVEL: '3' } });

async function recordsOf(outDir: string): Promise<Map<string, CompletedRecord>> {
  const names = (await readdir(join(outDir, 'records'))).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(outDir, 'records', name), 'utf8')) as CompletedRecord),
  );
  return new Map(records.map((record) => [record.cell, record]));
}

async function digestsOf(outDir: string): Promise<Record<string, string>> {
  const records = [...(await recordsOf(outDir)).values()].sort((a, b) => (a.cell < b.cell ? -1 : 1));
  return Object.fromEntries(
    records.map(({ cell, weights_digest, result_digest }) => [cell, `${weights_digest} ${result_digest}`]),
  );
}

/** A record as another program might have left it. */
async function change(outDir: string, cell: string, to: (record: CompletedRecord) => void): Promise<void> {
  const path = join(outDir, 'records', `${cell}.json`);
  const record = JSON.parse(await readFile(path, 'utf8')) as CompletedRecord;
  to(record);
  const whole = { ...record, program: 'another', result_digest: resultDigestOf(record) };
  await writeFile(path, JSON.stringify(whole));
}

beforeAll(async () => {
  kind = await compileOwnKind();
  home = await mkdtemp(join(tmpdir(), 'factorbench-test-'));
  [baselines, whole] = [join(home, 'baselines'), join(home, 'whole')];
  await mkdir(baselines);
  const { exitCode, stdout, stderr } = await run('suite', 'gauss', '--out', whole);
  expect(stdout, stderr).toContain('8 with a record: 8 completed');
  expect(exitCode).toBe(0);
}, 120_000);

afterAll(async () => {
  await kind.remove();
  await rm(home, { recursive: true });
});

describe('a kind of task of its own', () => {
  it('plans its cells with its own factor and what they need, also where --only names but the pupil', async () => {
    const { stdout } = await run('plan', 'gauss', '--only', 'pupil-0.5.seed-0', '--json');
    const cells = JSON.parse(stdout);
    expect(cells.map(({ cell }: { cell: string }) => cell)).toEqual(['master-0.5.seed-0', 'pupil-0.5.seed-0']);
    const [master, pupil] = cells;
    expect(pupil).toMatchObject({
      kind: 'gauss-fit',
      model: null,
      dataset: null,
      method: 'pupil',
      init: null,
      budget: null,
      ratio: null,
      factors: [
        { name: 'method', value: 'pupil' },
        { name: 'sigma', value: 0.5 },
      ],
      needs: [{ role: 'master', id: master.id, cell: 'master-0.5.seed-0' }],
    });
  });

  it('starts its pupils from their masters, which the fingerprint tells', async () => {
    const records = await recordsOf(whole);
    const [master, pupil] = [records.get('master-1.seed-1')!, records.get('pupil-1.seed-1')!];
    expect(pupil.needed_digests).toEqual([master.result_digest]);
    expect(pupil.fingerprint.needs).toMatch(/^[0-9a-f]{16}$/);
    expect(master.fingerprint.needs).toBeUndefined();
    // From the origin so few steps would leave it further away.
    expect((pupil.details as { mean_norm: number }).mean_norm).toBeGreaterThan(
      (master.details as { mean_norm: number }).mean_norm,
    );
    expect(pupil.phases).toEqual([]);
    expect(pupil.curve.map(({ at }) => at)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('gives the digests of the undisturbed run where it is killed and resumed, in two shards that are merged', async () => {
    const shards = [await temporaryFolder(), await temporaryFolder()];
    const argvOf = (shard: number) => [
      'suite',
      'gauss',
      '--shard',
      `${shard + 1}/2`,
      '--out',
      shards[shard]!,
      '--jobs',
      '1',
    ];
    const killed = execaNode(kind.command, [baselines, ...argvOf(0)], { reject: false });
    const first = join(shards[0]!, 'checkpoints');
    while (!(await readdir(first, { recursive: true }).catch(() => [])).some((name) => name.endsWith('.ckpt'))) {
      await sleep(20);
    }
    killed.kill('SIGKILL');
    await killed;
    expect((await readdir(join(shards[0]!, 'records')).catch(() => [])).length).toBeLessThan(4);
    for (const shard of [0, 1]) expect((await run(...argvOf(shard))).exitCode).toBe(0);
    const sizes = await Promise.all(shards.map(async (outDir) => (await recordsOf(outDir)).size));
    expect(sizes).toEqual([4, 4]);

    const merged = join(await temporaryFolder(), 'merged');
    const { exitCode, stdout } = await run('merge', ...shards, '--out', merged);
    expect(stdout).toContain('8 cells planned, 8 with a record: 8 completed');
    expect(exitCode).toBe(0);
    expect(await digestsOf(merged)).toEqual(await digestsOf(whole));
    expect((await readdir(join(merged, 'weights'))).length).toBe(4);

    const verified = await run('verify', 'gauss', '--out', merged, '--only', 'pupil*', '--sample', '1');
    expect(verified.stdout).toMatch(/reproduced +pupil/);
    expect(verified.exitCode).toBe(0);
  }, 120_000);

  it('is accepted, reproduced, and regresses in its own direction', async () => {
    await asCommitted(whole);
    expect((await run('accept', 'gauss', '--out', whole, '--why', 'first baseline')).exitCode).toBe(0);
    const untrained = await run('check', 'gauss', '--definition');
    expect(untrained.stdout, untrained.stderr).toContain('8 cells: 4 equal, 4 needs-training.');
    expect(untrained.exitCode).toBe(0);
    const again = await run('check', 'gauss', '--out', whole);
    expect(again.stdout).toContain('8 cells: 8 reproduced');
    expect(again.exitCode).toBe(0);

    const other = await temporaryFolder();
    await run('suite', 'gauss', '--out', other, '--no-check');
    const shifted = (by: number) => async () => {
      for (const seed of [0, 1]) {
        const stored = (await recordsOf(whole)).get(`master-1.seed-${seed}`)!.measures[0]!.value!;
        await change(other, `master-1.seed-${seed}`, (record) => {
          record.measures[0]!.value = stored + by;
          record.weights_digest = 'another';
        });
      }
      return run('check', 'gauss', '--out', other);
    };
    const worse = await shifted(-0.6)();
    expect(worse.stdout).toMatch(
      /regressed +master-1\.seed-0: held_out_nats expected -34\.\d\d nats, measured -35\.\d\d nats \(-0\.60 nats/,
    );
    expect(worse.exitCode).toBe(1);
    // This profile asks only whether it learned: better is nothing to say.
    const better = await shifted(0.6)();
    expect(better.stdout).toMatch(/drift +master-1\.seed-0/);
    expect(better.exitCode).toBe(0);
    expect((await shifted(-0.4)()).exitCode).toBe(0);

    await change(other, 'pupil-1.seed-0', ({ checks }) => {
      checks[1]!.measured = checks[1]!.expected + 1e-3;
    });
    const inexact = await run('check', 'gauss', '--out', other);
    expect(inexact.stdout).toMatch(
      /regressed +pupil-1\.seed-0: entropy must be [\d.]+ within 0\.000001, measured [\d.]+/,
    );
    expect(inexact.exitCode).toBe(1);
    await asCommitted(other);
    const refused = await run('accept', 'gauss', '--out', other, '--why', 'no');
    expect(refused.stderr).toContain('failed a check of exactness');
    expect(refused.exitCode).toBe(2);
  }, 120_000);

  it('is told in its own words in every report', async () => {
    await run('report', 'gauss', '--out', whole);
    const [csv, markdown, html, junit] = await Promise.all(
      ['results.csv', 'report.md', 'report.html', 'junit.xml'].map((name) => readFile(join(whole, name), 'utf8')),
    );
    const [head, ...rows] = csv!.trim().split('\n');
    expect(head).toMatch(/,kind,learning_rate,decay,tuning,fitting_gap,sigma$/);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(/^gauss,smoke,master-0\.5\.seed-0,,,master,,,,,0,24,24,,held_out_nats,-18\./);
    // The page's script is that of every kind.
    for (const text of [markdown!, unfolded(withoutScript(html!))]) {
      expect(text).toContain('held-out likelihood');
      expect(text).toContain('fitting gap');
      expect(text).toContain('Fitted means');
      expect(text).toContain('density integrates to one');
      expect(text).not.toMatch(/\baccuracy\b|\bimages?\b|\bepochs?\b/i);
    }
    expect(junit).toContain('gauss-fit');
    expect(junit).toContain('name="pupil-0.5.seed-0"');
  });

  it('is named in no file of the program', async () => {
    const folders = ['harness', 'baselines', 'reports', 'suites'].map((name) =>
      join(import.meta.dirname, '../..', name),
    );
    const files = (
      await Promise.all(
        folders.map(async (dir) => (await readdir(dir, { recursive: true })).map((name) => join(dir, name))),
      )
    ).flat();
    const sources = files.filter((path) => /\.(ts|mjs|json)$/.test(path) && !path.includes('reports/out'));
    expect(sources.length).toBeGreaterThan(300);
    for (const path of sources) {
      expect(await readFile(path, 'utf8'), path).not.toMatch(/gauss-fit|held_out_nats|fitting_gap/);
    }
  });
});
