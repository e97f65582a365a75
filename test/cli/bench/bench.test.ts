import { describe, expect, it, test } from 'vitest';
import { peakBenchmark } from '../../../harness/bench/benchmarks/peak-benchmark.ts';
import { benchCommand } from '../../../harness/cli/bench/bench-command.ts';
import { capture } from '../../run/helpers.ts';
import { cli } from '../helpers.ts';
import { bench, disposed, fake, known, prepared } from './fake-benchmarks.ts';

const peerOf = (milliseconds: number) => `echo '{"step_ms": ${milliseconds}}'`;
const jsonFields = [
  'name',
  'unit',
  'value',
  'spread',
  'ratio_to_peer',
  'ratio_low',
  'ratio_high',
  'peer',
  'gflop_per_second',
  'share_of_peak',
];

describe('bench', () => {
  it('prints one line a benchmark, and the data pipeline’s share of the training step', async () => {
    const { exitCode, stdout, stderr } = await bench({});
    expect(exitCode).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^benchmark +median +spread +GFLOP\/s +of peak$/);
    expect(lines[3]).toMatch(/^kernel\/relu +\d+\.\d\d ms +± \d+\.\d %$/);
    const [, batch, share, step] = /^Data pipeline: ([\d.]+) ms a batch, ([\d.]+) % of .* \(([\d.]+) ms\)\.$/.exec(
      lines[5]!,
    )!;
    // Both times and the share are rounded.
    const expected = (100 * Number(batch)) / Number(step);
    expect(Math.abs(Number(share) - expected)).toBeLessThan(0.1 + 0.02 * expected);
    expect(stderr).toContain('kernel/relu ...\n');
  });

  it('follows the memory of one benchmark', async () => {
    const { stdout, stderr } = await bench({ only: ['kernel*'], memory: 20 });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^calls +resident MiB +tensors$/);
    expect(lines.slice(1, -1).map((line) => Number.parseInt(line, 10))).toEqual([
      0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20,
    ]);
    expect(lines.at(-1)).toMatch(/^Growth after the first tenth: -?[\d.]+ %\.$/);
    expect(stderr).toMatch(/^kernel\/relu: 20 of 20 calls, [\d.]+ MiB, \d+ tensors$/m);
    const rows = JSON.parse((await bench({ only: ['kernel*'], memory: 10, json: true })).stdout);
    expect(rows).toHaveLength(11);
    expect(rows[1]).toEqual({
      benchmark: 'kernel/relu',
      calls: 1,
      resident_bytes: expect.any(Number),
      tensors: expect.any(Number),
    });
  });

  it('refuses to follow several benchmarks, and a curve of something else', async () => {
    await expect(bench({ memory: 20 })).rejects.toThrow(/--memory: let --only choose exactly one benchmark; now 4/);
    const one = { only: ['kernel*'], memory: 20 };
    await expect(bench({ ...one, profile: 'operations' })).rejects.toThrow(/--memory with --peer or --profile/);
  });

  it('tells no share where one of the two was not measured', async () => {
    expect((await bench({ only: ['data*'] })).stdout).not.toContain('Data pipeline');
  });

  it('prints JSON only on stdout, null where not measured', async () => {
    const { stdout, stderr } = await bench({ json: true });
    const results = JSON.parse(stdout) as Record<string, unknown>[];
    expect(results.map(({ name }) => name)).toEqual(known.map(({ name }) => name));
    for (const result of results) {
      expect(Object.keys(result)).toEqual([...jsonFields, 'peers']);
      expect(result).toMatchObject({ unit: 'ms', ratio_to_peer: null, ratio_low: null, peer: null, peers: null });
    }
    const [step] = results;
    expect(step!.value).toBeGreaterThanOrEqual(4);
    expect(step).toMatchObject({ gflop_per_second: null, share_of_peak: null });
    expect(stderr).toContain('Data pipeline');
  });

  it('prints CSV only on stdout, empty where not measured', async () => {
    const { stdout, stderr } = await bench({ csv: true });
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toBe(jsonFields.join());
    expect(rows.map((row) => row.split(',')[0])).toEqual(known.map(({ name }) => name));
    expect(rows[0]).toMatch(/^train-step\/resnet-20\/dense,ms,[\d.]+,[\d.e-]+,,,,,,$/);
    expect(stderr).toContain('Data pipeline');
  });

  it('gives rates, and measures the peak once, whose fastest call they are shares of', async () => {
    const counted = fake('evaluation/counted', 4, { flops: 4e6 });
    const { stdout, stderr } = await bench({ json: true }, [counted, peakBenchmark]);
    const [step, peak] = JSON.parse(stdout) as Record<string, number>[];
    expect(stderr.match(/peak\/mat-mul-1024 \.\.\./g)).toHaveLength(1);
    expect(peak!.share_of_peak).toBe(1);
    // The median call is no faster than the fastest.
    expect(peak!.gflop_per_second).toBeGreaterThanOrEqual(peakBenchmark.flops! / peak!.value! / 1e6);
    // Four million operations in so many milliseconds.
    expect(step!.gflop_per_second).toBeCloseTo(4 / step!.value!, 10);
    expect(step!.share_of_peak).toBeCloseTo(step!.gflop_per_second! / peak!.gflop_per_second!, 12);
  });

  it('prints rates and shares beside the times, in a table and as CSV', async () => {
    const counted = [fake('evaluation/counted', 4, { flops: 4e6 })];
    const row = (await bench({}, counted)).stdout.split('\n')[1];
    expect(row).toMatch(/^evaluation\/counted +[\d.]+ ms +± [\d.]+ % +[01]\.\d +\d+\.\d %$/);
    expect((await bench({ csv: true }, counted)).stdout).toMatch(/,,,,,[01]\.\d+,0\.\d+\n$/);
  });

  it('measures no peak where nothing is a share of it', async () => {
    expect((await bench({ only: ['kernel*'] })).stderr).toBe('kernel/relu ...\n');
  });

  it.each([
    ['train*', ['train-step/resnet-20/dense']],
    ['*resnet-20*', ['train-step/resnet-20/dense', 'evaluation/resnet-20/dense']],
    ['*', known.map(({ name }) => name)],
  ])('--only %s lets a star stand for slashes too', async (glob, names) => {
    const { stdout } = await bench({ json: true, only: [glob], iterations: 1 });
    expect((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)).toEqual(names);
  });

  it('disposes of what it prepares, a failing benchmark’s included', async () => {
    prepared.length = disposed.length = 0;
    await bench({ iterations: 1 });
    await bench({ iterations: 1, only: ['evaluation*'], profile: 'operations' });
    await bench({ iterations: 1, only: ['kernel*'], peer: [peerOf(1)], alternations: 5 });
    const failing = bench({ iterations: 1, only: ['data*'], peer: ['exit 3'], alternations: 5 });
    await expect(failing).rejects.toThrow('exit code 3');
    expect(prepared.length).toBe(known.length + 3);
    expect(disposed).toEqual(prepared);
  });
});

describe('bench --peer', () => {
  const beside = { only: ['kernel*'], iterations: 2, alternations: 5 };

  it('prints a line a peer, with ratio, interval, coverage and range', async () => {
    const { stdout, stderr } = await bench({ ...beside, peer: [peerOf(1000), peerOf(2000)] });
    const [, , blank, head, first, second] = stdout.split('\n');
    expect(blank).toBe('');
    expect(head).toMatch(/^ratio +interval +coverage +range +median +peer$/);
    expect(first).toMatch(/^[\d.]+ +[\d.]+ \.\. [\d.]+ +93\.75 % +[\d.]+ \.\. [\d.]+ +1000\.00 ms +echo /);
    expect(second).toContain('2000.00 ms');
    expect(stderr.match(/^ {2}\d\/5: [\d.]+ ms; 1000\.00 ms \(ratio [\d.]+\), 2000\.00 ms/gm)).toHaveLength(5);
  });

  it('gives the ratio to the fastest peer, and every peer in JSON', async () => {
    const commands = [peerOf(3000), peerOf(1000), peerOf(2000)];
    const [result] = JSON.parse((await bench({ ...beside, peer: commands, json: true })).stdout);
    expect(result.peer).toBe(commands[1]);
    expect(result.peers.map((peer: { command: string }) => peer.command)).toEqual(commands);
    const fastest = result.peers[1];
    expect(fastest.ratios).toHaveLength(5);
    expect(fastest).toMatchObject({ step_ms: 1000, coverage: 0.9375 });
    expect(result.ratio_to_peer).toBe([...fastest.ratios].sort((a: number, b: number) => a - b)[2]);
    expect([result.ratio_low, result.ratio_high]).toEqual([Math.min(...fastest.ratios), Math.max(...fastest.ratios)]);
    // One millisecond a call against 1000.
    expect(result.ratio_to_peer).toBeLessThanOrEqual(1000);
    expect(result.ratio_to_peer).toBeCloseTo(1000 / result.value, 6);
  });

  it('alternates seven times unless told otherwise', async () => {
    const { stdout } = await bench({ only: ['kernel*'], iterations: 1, peer: [peerOf(5)], json: true });
    expect(JSON.parse(stdout)[0].peers[0].ratios).toHaveLength(7);
  });

  it('hands peers the threads and the environment of the command, nothing else of this process', async () => {
    // The engine of this process has set the variable.
    expect(process.env.TF_NUM_INTRAOP_THREADS).toBe('1');
    const step = 'Number(e.OMP_NUM_THREADS) + ("TF_NUM_INTRAOP_THREADS" in e ? 1000 : 2000)';
    const script = `const e = process.env; console.log(JSON.stringify({ step_ms: ${step} }))`;
    const [stdout, stderr] = [capture(), capture()];
    const io = { stdout: stdout.stream, stderr: stderr.stream, env: { PATH: process.env.PATH } };
    const options = { ...beside, threads: 1, json: true, peer: [`'${process.execPath}' -e '${script}'`] };
    await benchCommand(options, io, known);
    expect(JSON.parse(stdout.text())[0].peers[0].step_ms).toBe(2001);
  });
});

describe('bench on the command line', () => {
  test.each([
    ['--json with --csv', ['--json', '--csv'], /--json with --csv: .*only one/],
    [
      'a peer of several',
      ['--only', 'data*', '--only', 'kernel/relu', '--peer', 'true'],
      /--peer: .*2: kernel\/relu, data\//,
    ],
    ['a peer of all', ['--peer', 'true'], /--peer: let --only choose exactly one benchmark; now \d+: /],
    ['a blank peer', ['--only', 'data*', '--peer', ' '], /--peer: the text is empty/],
    ['too few alternations', ['--peer', 'true', '--alternations', '4'], /--alternations 4: .*at least 5/],
    ['alternations alone', ['--alternations', '9'], /--alternations: .*--peer COMMAND/],
    ['a limit for no peer', ['--peer-limit', '9'], /--peer-limit: .*--peer COMMAND/],
    ['a profile beside a peer', ['--only', 'train*dense', '--profile', '--peer', 'true'], /--profile with --peer/],
    ['an unknown profile', ['--profile', 'layers'], /--profile[\s\S]*operations, shapes/],
    [
      'no match',
      ['--only', 'nothing*'],
      /--only nothing\*: matches none of \d+ benchmarks: Known: peak\/mat-mul-1024, /,
    ],
    [
      'a near name',
      ['--only', 'kernel/rely'],
      /--only kernel\/rely: matches none of \d+ benchmarks: did you mean kernel\/relu\? Known: /,
    ],
    ['a failing peer', ['--only', 'data*', '--peer', 'echo why >&2; exit 9'], /--peer echo why.*exit code 9[\s\S]*why/],
  ])('exits with 2 on %s, without a stack or output', async (_what, argv, message) => {
    const { exitCode, stdout, stderr } = await cli(['bench', ...argv], { env: { PATH: process.env.PATH } });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  test('times the data pipeline beside a peer', async () => {
    const argv = [
      'bench',
      '--only',
      'data*',
      '--iterations',
      '2',
      '--peer-limit',
      '60',
      '--alternations',
      '5',
      '--json',
      '--peer',
      peerOf(500),
    ];
    const { exitCode, stdout } = await cli(argv, { env: { PATH: process.env.PATH } });
    expect(exitCode).toBe(0);
    const [result] = JSON.parse(stdout);
    expect(result).toMatchObject({ name: 'data/batch-of-128', peer: peerOf(500) });
    expect(result.ratio_to_peer).toBeGreaterThan(1);
  });
});
