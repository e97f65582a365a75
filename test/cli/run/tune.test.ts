import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readTuning, tuningPath, writeTuning } from '../../../baselines/tuning-file.ts';
import { main } from '../../../harness/cli/main.ts';
import { programDigest } from '../../../harness/program.ts';
import { writeRunFile } from '../../../harness/run/records/run-file.ts';
import type { TuningChoice, TuningFile } from '../../../harness/spec/tuning.ts';
import { addSuite } from '../../../suites/registry.ts';
import { fixtureRunFile } from '../../helpers/run-file.ts';
import { experimentOf, fixtureSuite } from '../../helpers/suites.ts';
import { capture, fixtureWorker, temporaryFolder } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';

vi.stubEnv('FIXTURE_PROGRAM', programDigest());

const suite = fixtureSuite((own) => {
  own.name = 'tunable';
  const smoke = own.profiles.smoke!;
  smoke.tuning = { learningRate: [0.05, 0.1], decay: [1e-3], seeds: 3 };
  const experiment = experimentOf(own);
  experiment.models = [{ name: 'resnet', depth: 8, width: 8 }];
  experiment.arms = [
    {
      method: 'dense',
      factors: {
        budget: [1],
        init: ['default'],
        regularizer: ['none', 'weight-decay'],
        tuning: ['shared', 'tuned'],
      },
    },
    {
      method: 'low-rank',
      factors: { budget: [0.25], init: ['spectral'], regularizer: ['frobenius-decay'], tuning: ['tuned'] },
    },
  ];
});
addSuite(suite);

const arms = [
  'dense.default.none.resnet-8-w8.generated',
  'dense.default.weight-decay.resnet-8-w8.generated',
  'low-rank-0.25.spectral.frobenius-decay.resnet-8-w8.generated',
];

describe('tune, and a run with what it found', () => {
  const command = (name: string, argv: string[], baselinesDir?: string) =>
    cli([name, 'tunable', '--profile', 'smoke', ...argv], {
      workerPath: fixtureWorker,
      ...(baselinesDir === undefined ? {} : { baselinesDir }),
    });

  /** An output folder whose cells are all finished, and the folder with what they choose. */
  let found: { out: string; baselinesDir: string };
  let told: { exitCode: number; stdout: string };

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'factorbench-test-'));
    found = { out: join(folder, 'out'), baselinesDir: join(folder, 'baselines') };
    await mkdir(found.baselinesDir);
    const stdout = capture();
    const env = { FACTORBENCH_CACHE: folder };
    const io = { stdout: stdout.stream, stderr: stdout.stream, env, workerPath: fixtureWorker };
    const argv = ['tune', 'tunable', '--profile', 'smoke', '--no-portable', '--out', found.out, '--jobs', '2'];
    const exitCode = await main(argv, { ...io, baselinesDir: found.baselinesDir });
    told = { exitCode, stdout: stdout.text() };
    return () => rm(folder, { recursive: true, force: true });
  });

  /** A folder with other choices than those that were found. */
  async function changed(change: (choice: TuningChoice) => TuningChoice): Promise<string> {
    const dir = await temporaryFolder();
    const stored = (await readTuning('tunable', 'smoke', found.baselinesDir)) as TuningFile;
    await writeTuning({ ...stored, choices: stored.choices.map(change) }, dir);
    return dir;
  }

  it('runs no tuned arm before anything was found, names it, and shows its cells in the plan', async () => {
    const refused = await command('suite', ['--out', await temporaryFolder(), '--only', 'low-rank*']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`${arms[2]}: no learning rate and λ were found for it`);
    const others = await command('suite', ['--out', await temporaryFolder(), '--no-check', '--only', '*none*seed-0']);
    expect(others.exitCode).toBe(1);
    expect(others.stderr).toContain(
      `${arms[0]}: no learning rate and λ were found for it. Find them with npm run tune`,
    );
    expect(others.stdout).toMatch(/1 cell planned, 1 with a record: 1 completed/);
    const plan = await command('plan', []);
    expect(plan).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('dense.default.none.tuned.resnet') });
    expect(plan.stderr).toMatch(/A run leaves tuned arms out: .*found for it\. Find them with npm run tune -- tunable/);
    expect((await cli(['list', 'tunable'])).stdout).toMatch(/tunable +smoke +10 +cells/);
  });

  it('stores what held-out examples choose, with the evidence', async () => {
    expect(told.stdout).toContain('18 of 18 cells to run');
    expect(told.stdout).toContain(
      'λ for all arms by the dense network at rate 0.1: 0.001, the largest of 0.001 up to which',
    );
    expect(told.stdout).toContain('It may bear more: none larger was tried.');
    expect(told.exitCode).toBe(0);
    const stored = await readTuning('tunable', 'smoke', found.baselinesDir);
    expect(stored?.choices.map(({ arm, learning_rate, decay, cells }) => [arm, learning_rate, decay, cells])).toEqual([
      [arms[0], 0.1, null, 6],
      [arms[1], 0.1, 1e-3, 6],
      [arms[2], 0.1, 1e-3, 6],
    ]);
    expect(stored?.choices[2]).toMatchObject({ training_macs: 6 * 30000, data: '0', by: 'validation_accuracy' });
    const report = await readFile(join(found.out, 'report.md'), 'utf8');
    expect(report).toContain('what the tests of these cells say plays no part');
    expect(report).toMatch(/npm run tune -- tunable --profile smoke --only /);
  });

  it('stores nothing of a shard, and of arms without all their cells', async () => {
    const dir = await temporaryFolder();
    const shard = await command('tune', ['--no-portable', '--out', await temporaryFolder(), '--shard', '1/18'], dir);
    expect(shard.stdout).toContain('A shard chooses nothing: join the folders with npm run merge');
    const some = await command(
      'tune',
      ['--no-portable', '--out', await temporaryFolder(), '--only', 'dense.default.none*seed-0'],
      dir,
    );
    expect(some.exitCode).toBe(1);
    expect(some.stderr).toContain(`${arms[0]}: cells of its grid have no result; nothing is chosen.`);
    expect(await readTuning('tunable', 'smoke', dir)).toBeNull();
  });

  it('prints the plan of a dry run, cells and time, and trains, writes and stores nothing', async () => {
    const dir = await temporaryFolder();
    const out = join(await temporaryFolder(), 'out');
    const dry = await command('tune', ['--out', out, '--dry-run', '--jobs', '2', '--only', 'low-rank*'], dir);
    expect(dry).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('generated data is used instead') });
    expect(dry.stdout).toContain('low-rank-0.25.spectral.frobenius-decay-0.001-0.05.resnet-8-w8.generated.seed-0');
    expect(dry.stdout).toMatch(/\n6 cells, .* of computing: about .* with --jobs 2\.\n$/);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
    expect(await readTuning('tunable', 'smoke', dir)).toBeNull();
  });

  it('shows what held-out examples say, and no test', () => {
    expect(told.stdout).toMatch(/\[18\/18\] validation_accuracy 0\.[56]\d* {2}/);
    expect(told.stdout).toMatch(/validation_accuracy 0\.6000 +of 2 points, 6 trainings/);
    expect(told.stdout.replaceAll('validation_accuracy', '')).not.toMatch(/accuracy/i);
  });

  it('keeps the choices of other arms with --only', async () => {
    const dir = await changed((choice) => ({ ...choice, training_macs: 99 }));
    expect((await command('tune', ['--no-portable', '--out', found.out, '--only', 'low-rank*'], dir)).exitCode).toBe(0);
    const stored = await readTuning('tunable', 'smoke', dir);
    expect(stored?.choices.map((choice) => choice.training_macs)).toEqual([99, 99, 6 * 30000]);
    expect(stored?.shared).toMatchObject({ decay: 1e-3 });
  });

  it('asks its cells for the results alone: no definition, no speed, no launch', async () => {
    vi.stubEnv('FIXTURE_RESULT_ONLY', 'asked');
    onTestFinished(() => void vi.unstubAllEnvs());
    const [dir, out] = [await temporaryFolder(), await temporaryFolder()];
    const tuned = await command('tune', ['--no-portable', '--out', out, '--only', 'low-rank*'], dir);
    expect(tuned.exitCode).toBe(0);
    const suite = await command('suite', ['--no-portable', '--out', join(out, 'suite'), '--only', 'dense*none*'], dir);
    expect(suite).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('no luck with dense') });
  });

  it('is no run that a suite could go on with, nor the other way round', async () => {
    const suite = await command('suite', ['--out', found.out, '--no-check'], found.baselinesDir);
    expect(suite).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds what npm run tune ran') });
    const folder = await temporaryFolder();
    await writeRunFile(folder, fixtureRunFile([], { suite: 'tunable', command_line: ['suite', 'tunable'] }));
    const tune = await command('tune', ['--out', folder], found.baselinesDir);
    expect(tune).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds what npm run suite ran') });
  });

  it('is no run that check, accept or report could take', async () => {
    for (const [name, ...argv] of [['check'], ['accept', '--why', 'x'], ['report']] as const) {
      const refused = await command(name, ['--out', found.out, ...argv], found.baselinesDir);
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds what npm run tune tried') });
    }
  });

  it('gives runs what was found, and their records what it cost', async () => {
    const folder = await temporaryFolder();
    expect(
      (await command('suite', ['--out', folder, '--no-check', '--only', 'low-rank*seed-0'], found.baselinesDir))
        .exitCode,
    ).toBe(0);
    const name = 'low-rank-0.25.spectral.frobenius-decay.tuned.resnet-8-w8.generated.seed-0';
    const record = JSON.parse(await readFile(join(folder, 'records', `${name}.json`), 'utf8'));
    expect(record).toMatchObject({
      config: { tuning: 'tuned', training: { learningRate: 0.1, decay: 1e-3 } },
      tuning: { cells: 6, training_macs: 6 * 30000, data: '0' },
    });
  });

  it('refuses a choice of another configuration by the arm, and a file that is none before any training', async () => {
    const dir = await changed((choice) => ({ ...choice, configuration: 'feed' }));
    const refused = await command('suite', ['--out', await temporaryFolder(), '--only', 'low-rank*'], dir);
    expect(refused.exitCode).toBe(2);
    const reason = `${arms[2]}: its learning rate and λ were found for another configuration (feed)`;
    expect(refused.stderr).toContain(reason);
    expect((await command('plan', ['--only', 'low-rank*'], dir)).stderr).toContain(reason);
    await writeFile(tuningPath('tunable', 'smoke', dir), '{}');
    const damaged = await command('tune', ['--no-portable', '--out', await temporaryFolder()], dir);
    expect(damaged).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not what tune writes') });
  });
});
