import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { folderDatasets } from '../../harness/data/registry.ts';
import { temporaryFolder } from '../run/helpers.ts';
import { cli } from './helpers.ts';

it.each([
  ['an unknown command', ['siute', 'compression'], /unknown command 'siute'[\s\S]*Did you mean suite\?/],
  ['an unknown option', ['suite', 'compression', '--profil', 'smoke'], /unknown option '--profil'[\s\S]*--profile/],
  ['an unknown suite', ['suite', 'compresion'], /no suite 'compresion': did you mean compression\?/],
  ['an unknown profile', ['suite', 'compression', '--profile', 'smke'], /--profile smke: .*did you mean smoke\?/],
  ['no suite', ['suite'], /Name a suite\. Known: .*compression/],
  ['--jobs 0', ['suite', 'compression', '--jobs', '0'], /--jobs 0: expected a whole number of at least 1/],
  ['--seeds x', ['suite', 'compression', '--seeds', 'x'], /--seeds x: expected a whole number/],
  ['--threads 1.5', ['suite', 'compression', '--threads', '1.5'], /--threads 1\.5: expected/],
  ['--shard 3/2', ['suite', 'compression', '--shard', '3/2'], /--shard 3\/2: expected I\/N/],
  ['--device tpu', ['suite', 'compression', '--device', 'tpu'], /--device[\s\S]*cpu, gpu/],
  [
    '--resume with --fresh',
    ['suite', 'compression', '--resume', '--fresh'],
    /--resume[\s\S]*cannot be used with[\s\S]*--fresh/,
  ],
  ['--shard 1/200000000', ['plan', 'compression', '--shard', '1/200000000'], /--shard 1\/200000000: .*at most 10000/],
  [
    'a shard without cells',
    ['suite', 'compression', '--shard', '1000/1000'],
    /--shard 1000\/1000: holds no cell: there are \d+ cells; make \d+ shards or fewer/,
  ],
  [
    'a method that nobody knows',
    ['suite', 'compression', '--method', 'magnitud'],
    /--method magnitud: there is no such method .*did you mean magnitude\?/,
  ],
  ['such a method in a list', ['list', '--method', 'low.rank'], /--method low\.rank: .*did you mean low-rank\?/],
  [
    'a method named twice',
    ['plan', 'compression', '--method', 'set', '--method', 'set'],
    /--method set: is named twice/,
  ],
  [
    '--jobs given twice',
    ['suite', 'compression', '--jobs', '1', '--jobs', '2'],
    /--jobs: is given twice, as 1 and 2; give it once/,
  ],
  ['--out given twice', ['check', '--out', 'a', '--out', 'b'], /--out: is given twice, as a and b/],
  ['--peer-limit given twice', ['bench', '--peer-limit', '5', '--peer-limit', '6'], /--peer-limit: is given twice/],
  [
    '--queue given twice, without passwords',
    ['worker', '--queue', 'redis://me:pw1@a', '--queue', 'redis://me:pw2@b'],
    /^--queue: is given twice, as redis:\/\/a and redis:\/\/b; give it once\.\n$/,
  ],
  [
    '--store given twice, without keys',
    ['suite', 'tensors', '--store=s3://me:pw1@a', '--store', 's3://me:pw2@b'],
    /^--store: (?!.*pw\d)/,
  ],
  ['--store of another sort', ['suite', 'tensors', '--store', 'gs://bucket'], /--store: is neither s3:\/\/BUCKET/],
  ['--queue without an address', ['suite', 'compression', '--queue', 'localhost'], /--queue: is no address of a Redis/],
  [
    '--queue with --jobs',
    ['suite', 'tensors', '--queue', 'redis://a', '--jobs', '2'],
    /--queue[\s\S]*cannot be used with/,
  ],
  ['a worker without a queue', ['worker'], /required option '--queue <url>'/],
  [
    'a queue that nobody serves',
    ['worker', '--queue', 'redis://127.0.0.1:1'],
    /127\.0\.0\.1:1: cannot be used: .*ECONNREFUSED/,
  ],
  ['--list with --plan', ['suite', '--list', '--plan'], /--list[\s\S]*cannot be used with[\s\S]*--plan/],
  [
    '--strict without a check',
    ['suite', 'compression', '--no-check', '--strict'],
    /--strict[\s\S]*cannot be used with[\s\S]*--no-check/,
  ],
  [
    'one of several --only without a match',
    ['suite', 'compression', '--only', 'dense*', '--only', 'snp*'],
    /--only snp\*: matches no cell, while the other globs match \d+, such as dense/,
  ],
  ['--only without a match', ['suite', 'compression', '--only', 'nothing*'], /--only nothing\*: matches none/],
  ['an unknown second suite', ['suite', 'compression', 'tensor'], /no suite 'tensor': did you mean tensors\?/],
  ['a suite named twice', ['plan', 'tensors', 'tensors'], /suite tensors: is named twice; name it once/],
  ['--all with a name', ['suite', 'tensors', '--all'], /--all: runs every suite; leave 'tensors' or --all away/],
  [
    '--all with a profile of none',
    ['plan', '--all', '--profile', 'smke'],
    /--profile smke: no suite has it: did you mean smoke\?/,
  ],
  ['a second argument of accept', ['accept', 'compression', 'other', '--why', 'x'], /too many arguments/],
  ['accept without --why', ['accept', 'compression'], /--why/],
  ['accept with a blank --why', ['accept', 'compression', '--why', ' '], /--why: the text is empty/],
  ['merge without --out', ['merge', 'a', 'b'], /--out/],
  ['an empty --out', ['suite', 'compression', '--out', ''], /--out '': the path is empty/],
  ['an empty --data', ['plan', 'compression', '--data', ''], /--data '': the path is empty/],
  ['an empty --data of list', ['list', '--data', ''], /--data '': the path is empty/],
  ['an empty --data of verify', ['verify', 'compression', '--data', ''], /--data '': the path is empty/],
  ['an empty --method', ['suite', 'compression', '--method', ''], /--method '': the path is empty/],
  ['an empty --out of check', ['check', '--out', ''], /--out '': the path is empty/],
  ['an empty --out of accept', ['accept', 'compression', '--why', 'x', '--out', ''], /--out '': the path is empty/],
  ['an empty --out of report', ['report', 'compression', '--out', ''], /--out '': the path is empty/],
  ['an empty --out of merge', ['merge', 'a', '--out', ''], /--out '': the path is empty/],
  ['an empty folder of merge', ['merge', '', '--out', '/x'], /merge '': the path is empty/],
  ['an empty folder of compare', ['compare', '/x', ''], /compare '': the path is empty/],
  ['a home that is not expanded', ['suite', 'compression', '--out=~bob/x'], /--out ~bob\/x: another user's home/],
  ['verify --sample 0', ['verify', 'compression', '--sample', '0'], /--sample 0: expected/],
  ['check of an absent folder', ['check', 'compression', '--out', '/nonexistent'], /no folder \/nonexistent/],
])('exits with 2 on %s, naming it without a stack', async (_, argv, message) => {
  const { exitCode, stdout, stderr } = await cli(argv);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

it('takes an option that is given twice alike, and those that may be repeated', async () => {
  const twice = ['--jobs', '2', '--jobs', '2', '--only', 'dense*', '--only', 'snip*'];
  expect(await cli(['plan', 'compression', ...twice])).toMatchObject({ exitCode: 0 });
});

it.each(['suite', 'list', 'plan', 'check', 'accept', 'compare', 'merge', 'verify', 'report', 'history', 'bench'])(
  'explains %s with examples',
  async (command) => {
    const { exitCode, stdout, stderr } = await cli([command, '--help']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(`Usage: factorbench ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples:\\n  \\$ npm run ${command}`));
  },
);

it.each([[['--version']], [['suite', '--version']], [['check', '--version']], [['bench', '--version']]])(
  'prints name, version and commit: %j',
  async (argv) => {
    const { exitCode, stdout, stderr } = await cli(argv);
    expect(stdout).toMatch(
      /^factorbench \d+\.\d+\.\d+, (no commit|commit [0-9a-f]{40}( with changes)?), Node v[\d.]+\n$/,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  },
);

it('tells in the help of suite where each data set is looked for', async () => {
  const { stdout } = await cli(['suite', '--help']);
  const { stdout: helped } = await cli(['help', 'suite']);
  expect(helped).toBe(stdout);
  for (const { name, folder, files } of folderDatasets) {
    const line = stdout.split('\n').find((text) => text.trim().startsWith(`${name} `));
    expect(line?.trim().split(/ {2,}/)).toEqual([name, `${folder}/`, files.replaceAll('`', '')]);
  }
});

it.each([
  ['--data', ['--data', 'DIR'], {}],
  ['FACTORBENCH_DATA', [], { FACTORBENCH_DATA: 'DIR' }],
])('refuses data named by %s that is not there, naming what it looked for', async (name, argv, env) => {
  const dir = await temporaryFolder();
  const put = (text: string) => text.replace('DIR', dir);
  const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, put(value)]));
  const { exitCode, stderr } = await cli(['suite', 'compression', ...argv.map(put)], { env: filled });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(name);
  expect(stderr).toContain(dir);
  expect(stderr).toContain('data_batch_1.bin');
  expect(stderr).toContain('--download');
  expect(await readdir(dir)).toEqual([]);
});

it('refuses to run a profile that needs real data where there is none, but shows its plan', async () => {
  const run = await cli(['suite', 'compression', '--profile', 'paper']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/--data DIR.*--download/);
  const plan = await cli(['plan', 'compression', '--profile', 'paper']);
  expect(plan.exitCode).toBe(0);
  expect(plan.stderr).toMatch(/^cifar-10 was not found: a run needs it\./m);
  expect(plan.stderr).toMatch(/^cifar-100 was not found: a run needs it\./m);
  expect(plan.stdout).toContain('low-rank-0.02.spectral.frobenius-decay.resnet-32-w64-projection.cifar-10.seed-2');
});
