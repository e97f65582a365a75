import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { type BatchTasks, batchTasks, suiteWords } from '../../../../harness/cli/run/batch/batch-tasks.ts';
import { kubernetesJob } from '../../../../harness/cli/run/batch/kubernetes-job.ts';
import { slurmScript } from '../../../../harness/cli/run/batch/slurm-script.ts';
import { chainCells } from '../../../helpers/chain-kind.ts';
import { containerText } from '../../../helpers/kubernetes.ts';
import { temporaryFolder } from '../../../run/helpers.ts';
import { cli } from '../../helpers.ts';

/** Text that does harm, or is lost, where it is not taken as it is. */
const hostile = [
  "it's",
  '$(touch harm)',
  '`touch harm`',
  '"; touch harm; "',
  'a\n#SBATCH --array=1-9\ntouch harm\n',
  '$$(HOME) $(HOME) $HOME',
  ': {[*&!|>%@',
  '- ',
  '\ttab \u0085 \u2028 ü 🙂',
  '#',
  '-n',
  '~',
  'yes',
  '1e3',
];

const tasks: BatchTasks = {
  name: 'compression-smoke',
  cells: 14,
  count: 3,
  words: ['compression', ...hostile],
  cores: 2,
  gpu: false,
  minutes: 20,
  memoryMiB: 8192,
};
const places = { checkout: "/home/o'neil/$(touch harm)", run: '/runs/a b\n#SBATCH --mem=1' };

describe('a script for Slurm', () => {
  const script = slurmScript(tasks, places);

  it('is one that bash reads', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('asks for what a task needs, by lines above the first command', () => {
    const head = script.slice(0, script.indexOf('set -euo'));
    expect(head.match(/^#SBATCH .*/gm)).toEqual([
      '#SBATCH --job-name=factorbench-compression-smoke',
      '#SBATCH --array=1-3',
      '#SBATCH --time=20',
      '#SBATCH --mem=8192M',
      '#SBATCH --cpus-per-task=2',
      '#SBATCH --requeue',
      '#SBATCH --open-mode=append',
      '#SBATCH --signal=B:TERM@60',
    ]);
    expect(slurmScript({ ...tasks, gpu: true }, places)).toMatch(/^#SBATCH --gres=gpu:1$/m);
  });

  it('gives its task’s command line to the program as it was, whatever it holds', async () => {
    const cwd = await temporaryFolder();
    const told = spawnSync('bash', ['--norc', '-c', `node() { printf '%s\\0' "$@"; }; exec() { "$@"; }\n${script}`], {
      env: { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: '2' },
      cwd,
      encoding: 'utf8',
    });
    expect([told.status, told.stderr]).toEqual([0, '']);
    expect(told.stdout.split('\0').slice(0, -1)).toEqual([
      `${places.checkout}/harness/setup/start.mjs`,
      'suite',
      ...tasks.words,
      '--shard',
      '2/3',
      '--out',
      `${places.run}/shard-2-of-3`,
    ]);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('a Job for Kubernetes', () => {
  const text = kubernetesJob(tasks, { image: 'registry.example/a:1', claim: 'results' });

  it('is one document of YAML without a warning, with an index for each task', () => {
    const document = parseDocument(text);
    expect([document.errors, document.warnings]).toEqual([[], []]);
    expect(document.toJS()).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'factorbench-compression-smoke' },
      spec: {
        completionMode: 'Indexed',
        completions: 3,
        parallelism: 3,
        template: { spec: { restartPolicy: 'Never' } },
      },
    });
    const { containers, volumes } = parse(text).spec.template.spec;
    expect(containers[0].image).toBe('registry.example/a:1');
    expect(containers[0].resources).toEqual({ requests: { cpu: '2', memory: '8192Mi' }, limits: { memory: '8192Mi' } });
    expect(volumes).toEqual([{ name: 'run', persistentVolumeClaim: { claimName: 'results' } }]);
    const gpu = parse(kubernetesJob({ ...tasks, gpu: true }, { image: 'a', claim: 'b' }));
    expect(gpu.spec.template.spec.containers[0].resources.limits).toEqual({ memory: '8192Mi', 'nvidia.com/gpu': 1 });
  });

  it('mounts its volume where the image has folders for it, and runs as the image’s user', async () => {
    const dockerfile = await readFile(new URL('../../../../Dockerfile', import.meta.url), 'utf8');
    const { containers, securityContext } = parse(text).spec.template.spec;
    const { workingDir, volumeMounts, command } = containers[0];
    expect(dockerfile).toContain(`WORKDIR ${workingDir}\n`);
    for (const { mountPath } of volumeMounts) {
      const folder = mountPath.replace(`${workingDir}/`, '');
      expect(dockerfile).toMatch(new RegExp(`RUN mkdir -p [^&]*\\b${folder}( |\\n)`));
    }
    const entry = /^ENTRYPOINT \["node", "\/factorbench\/(.*)"\]$/m.exec(dockerfile)![1];
    expect(command[2]).toContain(`exec node ${entry} suite `);
    // The user node of the official image.
    expect(dockerfile).toContain('USER node\n');
    expect(securityContext.runAsUser).toBe(1000);
  });

  it('gives its pod’s command line to the program as it was, whatever it holds', async () => {
    const cwd = await temporaryFolder();
    const { command, args } = parse(text).spec.template.spec.containers[0];
    const given: string[] = [...command, ...args].map((word) => containerText(word, { HOME: '/expanded' }));
    const [shell = '', flag = '', script = '', ...words] = given;
    const shown = `node() { printf '%s\\0' "$@"; }; ${script.replace(/^exec /, '')}`;
    const told = spawnSync(shell, [flag, shown, ...words], {
      env: { PATH: process.env.PATH, JOB_COMPLETION_INDEX: '2' },
      cwd,
      encoding: 'utf8',
    });
    expect([told.status, told.stderr]).toEqual([0, '']);
    expect(told.stdout.split('\0').slice(0, -1)).toEqual([
      'harness/setup/start.mjs',
      'suite',
      ...tasks.words,
      '--shard',
      '3/3',
      '--out',
      'reports/out/compression-smoke-batch/shard-3-of-3',
    ]);
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('tasks', () => {
  // Links of 10, 11, ... seconds: one group of 33 s, one of 27 s, one of 15 s.
  const cells = chainCells([[], [0], [1], [], [3], []]).map((cell, link) => ({
    ...cell,
    cost: { ...cell.cost, memoryBytes: (1 + link) * 2 ** 30 },
  }));
  const plan = { suite: 'chains', profile: 'smoke', cells };
  const options = { threads: 2, device: 'cpu' } as const;

  it('are as many as make the longest group the last to end, where none are asked for', () => {
    expect(batchTasks(plan, options, [])).toMatchObject({ count: 3, cells: 6, cores: 2, gpu: false });
    expect(batchTasks({ ...plan, cells: chainCells([[], [], [], []]) }, options, []).count).toBe(4);
    expect(batchTasks({ ...plan, cells: chainCells([[], [0], [1], [], []]) }, options, []).count).toBe(2);
  });

  it('ask for twice the time that their workers can take at most, and a quarter of an hour', () => {
    const long = {
      ...plan,
      cells: plan.cells.map((cell) => ({ ...cell, estimatedSeconds: 60 * cell.estimatedSeconds })),
    };
    // 33 min, and 42 min of two groups that begin with the longer one.
    expect(batchTasks(long, { ...options, tasks: 3 }, []).minutes).toBe(15 + 2 * 33);
    expect(batchTasks(long, { ...options, tasks: 2 }, []).minutes).toBe(15 + 2 * 42);
    // 42 / 2 + 27 / 2.
    expect(batchTasks(long, { ...options, tasks: 2, jobs: 2 }, [])).toMatchObject({ minutes: 15 + 69, cores: 4 });
  });

  it('ask for a quarter more memory than their largest cells take, and half a GiB', () => {
    // Links of 1, 2, ... GiB: 6 alone; 6 and 5 of one task.
    expect(batchTasks(plan, { ...options, tasks: 3 }, []).memoryMiB).toBe(512 + 1.25 * 6 * 1024);
    expect(batchTasks(plan, { ...options, tasks: 2, jobs: 2 }, []).memoryMiB).toBe(512 + 1.25 * 11 * 1024);
  });

  it('are refused where one would have no cell', () => {
    expect(() => batchTasks(plan, { ...options, tasks: 4 }, [])).toThrow(
      '--tasks 4: there are 3 groups of cells that stay together, and each task needs one; ask for 3 tasks or fewer.',
    );
  });

  it('are told all that decides the cells, as the command line reads it back', () => {
    const given = suiteWords('compression', {
      profile: 'nightly',
      threads: 2,
      jobs: 3,
      device: 'gpu',
      portable: false,
      data: '/data',
      only: ['a*', 'b'],
      method: ['set'],
      night: '2026-12-01',
      extra: 2,
      limit: 9,
      set: [
        { path: 'training.epochs', value: 1 },
        { path: 'init', value: '1' },
      ],
    });
    expect(given.join(' ')).toBe(
      'compression --profile nightly --only a* --only b --method set --set training.epochs=1 --set init="1" ' +
        '--night 2026-12-01 --extra 2 --limit 9 --jobs 3 --threads 2 --device gpu --no-portable --data /data --no-check',
    );
  });
});

it('writes both files, and says how to submit them', async () => {
  const dir = await temporaryFolder();
  const [slurm, kubernetes] = [join(dir, 'a.sh'), join(dir, 'b.yaml')];
  const plan = ['plan', 'compression', '--slurm', slurm, '--kubernetes', kubernetes];
  const { exitCode, stdout } = await cli(plan);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/a\.sh: 14 cells in \d+ tasks, .*; bash \S*a\.sh submits them\.\n/);
  expect(stdout).toMatch(/b\.yaml: 14 cells in \d+ tasks, .*; kubectl apply -f \S*b\.yaml submits them\.\n$/);
  expect((await readdir(dir)).sort()).toEqual(['a.sh', 'b.yaml']);
  expect(JSON.parse((await cli([...plan, '--json'])).stdout)).toHaveLength(14);
});

it.each([
  ['several suites', ['tensors', '--slurm', 'FILE'], /--slurm: a file is of one suite; write one for each/],
  ['a shard', ['--shard', '1/2', '--slurm', 'FILE'], /--slurm[\s\S]*cannot be used with[\s\S]*--shard/],
  ['too many tasks', ['--tasks', '15', '--slurm', 'FILE'], /--tasks 15: there are 14 groups/],
  ['a method that the image lacks', ['--method', './m.mjs', '--kubernetes', 'FILE'], /m\.mjs/],
  ['data that the image lacks', ['--data', 'DATA', '--kubernetes', 'FILE'], /--data/],
  ['a file in no folder', ['--slurm', '/proc/no/file'], /name another file with --slurm/],
])('refuses %s, and writes nothing', async (_, more, message) => {
  const dir = await temporaryFolder();
  const put = (word: string) => (word === 'FILE' ? join(dir, 'file') : word === 'DATA' ? dir : word);
  const { exitCode, stderr } = await cli(['plan', 'compression', ...more.map(put)]);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
  expect(await readdir(dir)).toEqual([]);
});
