import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execaNode } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { CompletedRecord } from '../../harness/record.ts';
import { shellQuote } from '../../harness/shell-quote.ts';
import { containerText } from '../helpers/kubernetes.ts';
import { type CompiledKind, compileOwnKind } from './compile.ts';

/** The tasks of the files for batch systems, run one by one as these systems would. */

/** Two of the suite's masters and their pupils; the rest of the pattern would do harm where it were not quoted. */
const only = "{*.seed-0,it's $(touch harm) `touch harm` $$(JOB_COMPLETION_INDEX)}";
const names = ['master-0.5.seed-0', 'master-1.seed-0', 'pupil-0.5.seed-0', 'pupil-1.seed-0'];

let kind: CompiledKind;
let home: string;
let slurm: string;
let kubernetes: string;
let run: string;
let env: NodeJS.ProcessEnv;
let expected: Record<string, string>;

/** A stand-in for a program that is looked for by its name. */
async function standIn(name: string, script: string): Promise<void> {
  const path = join(home, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function digestsIn(folders: readonly string[]): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const folder of folders) {
    for (const name of await readdir(join(folder, 'records'))) {
      if (!name.endsWith('.json')) continue;
      const record = JSON.parse(await readFile(join(folder, 'records', name), 'utf8')) as CompletedRecord;
      found.push([record.cell, `${record.status} ${record.result_digest}`]);
    }
  }
  // A cell that ran twice would be here twice.
  expect(found.length).toBe(new Set(found.map(([cell]) => cell)).size);
  return Object.fromEntries(found.sort());
}

function startTask(task: number, more: NodeJS.ProcessEnv = {}) {
  return spawn('bash', [slurm], {
    env: { ...env, SLURM_ARRAY_TASK_ID: String(task), ...more },
    cwd: home,
    stdio: 'ignore',
  });
}

const codeOf = async (task: ReturnType<typeof startTask>) => ((await once(task, 'close')) as [number])[0];

beforeAll(async () => {
  kind = await compileOwnKind();
  home = await mkdtemp(join(tmpdir(), 'factorbench-test-'));
  const baselines = join(home, 'baselines');
  await mkdir(baselines);
  await mkdir(join(home, 'bin'));
  [slurm, kubernetes, run] = [join(home, 'run.sh'), join(home, 'job.yaml'), join(home, "it's $(touch harm)")];
  // Both files start the program by `node`, its entry and the command line.
  await standIn('node', `shift; exec ${[process.execPath, kind.command, baselines].map(shellQuote).join(' ')} "$@"`);
  await standIn('sbatch', `printf '%s\\n' "$@" --- >> ${shellQuote(join(home, 'submitted'))}; echo '77;cluster'`);
  await standIn('sleep', `echo "$@" > ${shellQuote(join(home, 'slept'))}`);
  env = { ...process.env, PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}`, TF_CPP_MIN_LOG_LEVEL: '3' };
  const plan = ['plan', 'gauss', '--only', only, '--tasks', '2', '--out', run];
  const files = ['--slurm', slurm, '--kubernetes', kubernetes];
  const written = await execaNode(kind.command, [baselines, ...plan, ...files], { reject: false });
  expect(written.stdout, written.stderr).toContain(`${slurm}: 4 cells in 2 tasks, each with 1 core, 1228 MiB`);
  const whole = join(home, 'whole');
  await execaNode(kind.command, [baselines, 'suite', 'gauss', '--only', only, '--no-check', '--out', whole]);
  expected = await digestsIn([whole]);
  expect(Object.keys(expected)).toEqual(names);
}, 120_000);

afterAll(async () => {
  await kind.remove();
  await rm(home, { recursive: true });
});

it('gives the pool’s records in the tasks of a Slurm array, one of them killed and requeued, and joins them', async () => {
  const [first, second] = [join(run, 'shard-1-of-2'), join(run, 'shard-2-of-2')];
  const killed = startTask(1);
  const kept = () => readdir(join(first, 'checkpoints'), { recursive: true }).catch(() => []);
  while (!(await kept()).some((name) => name.endsWith('.ckpt'))) await sleep(20);
  const ended = codeOf(killed);
  killed.kill('SIGKILL');
  await ended;
  expect((await readdir(join(first, 'records'))).length).toBeLessThan(2);

  expect(await codeOf(startTask(1, { SLURM_RESTART_COUNT: '1' }))).toBe(0);
  expect(await readFile(join(home, 'slept'), 'utf8')).toBe('70\n');
  expect(await codeOf(startTask(2))).toBe(0);
  expect(await digestsIn([first, second])).toEqual(expected);
  expect(await codeOf(startTask(0))).toBe(0);
  expect(await digestsIn([join(run, 'joined')])).toEqual(expected);
  expect(await readdir(home)).not.toContain('harm');
}, 120_000);

it('submits the array, and behind it the job that joins', async () => {
  const submitted = spawnSync('bash', [slurm], { env, cwd: home, encoding: 'utf8' });
  expect([submitted.status, submitted.stderr]).toEqual([0, '']);
  expect((await readFile(join(home, 'submitted'), 'utf8')).split('---\n')).toEqual([
    `--parsable\n${slurm}\n`,
    `--array=0\n--dependency=afterany:77\n--time=60\n--no-requeue\n${slurm}\n`,
    '',
  ]);
});

it('gives the pool’s records in the pods of a Kubernetes Job', async () => {
  const job = parse(await readFile(kubernetes, 'utf8'));
  const [container] = job.spec.template.spec.containers;
  const [program, ...words] = [...container.command, ...container.args].map((word) =>
    containerText(word, { JOB_COMPLETION_INDEX: 'expanded by Kubernetes' }),
  );
  const pod = join(home, 'pod');
  await mkdir(pod);
  for (const index of Array(job.spec.completions).keys()) {
    const more = { JOB_COMPLETION_INDEX: String(index) };
    const child = spawn(program!, words, { env: { ...env, ...more }, cwd: pod, stdio: 'ignore' });
    expect(await codeOf(child)).toBe(0);
  }
  // Where a pod's working folder is the image's, this is what is mounted.
  const out = join(pod, 'reports', 'out', 'gauss-smoke-batch');
  expect(await digestsIn([join(out, 'shard-1-of-2'), join(out, 'shard-2-of-2')])).toEqual(expected);
  expect(await readdir(pod)).toEqual(['reports']);
}, 120_000);
