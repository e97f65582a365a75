import { describe, expect, it } from 'vitest';
import { cli } from '../helpers.ts';
import { bench } from './fake-benchmarks.ts';

describe('bench --profile', () => {
  const product = { operation: 'BatchMatMulV2', calls_per_step: 1 };

  it('prints operations with their calls, time, share and rate', async () => {
    const { stdout, stderr } = await bench({ profile: 'operations' });
    const [title, head] = stdout.split('\n');
    expect(title).toMatch(/^train-step\/resnet-20\/dense: [\d.]+ ms a step, operation by operation$/);
    expect(head).toMatch(/^operation +calls +ms +share +GFLOP\/s +of peak$/);
    expect(stdout).toMatch(/^BatchMatMulV2 +1 +[\d.]+ +[\d.]+ % +[\d.]+ +[\d.]+ %$/m);
    expect(stdout).toMatch(/^\(outside operations\) +[\d.]+ +[\d.]+ %$/m);
    expect(stdout).toContain('\nevaluation/resnet-20/dense: ');
    expect(stderr).toContain('kernel/relu: not profiled');
  });

  it('tells operations apart by shapes where asked to', async () => {
    const { stdout } = await bench({ profile: 'shapes', only: ['train*'] });
    expect(stdout).toMatch(/^BatchMatMulV2 .* 20x30 30x40$/m);
  });

  it('prints JSON, whose times add up to the step', async () => {
    const rows = JSON.parse((await bench({ profile: 'operations', only: ['train*'], json: true })).stdout);
    expect(rows).toContainEqual(expect.objectContaining({ ...product, benchmark: 'train-step/resnet-20/dense' }));
    expect(rows.reduce((sum: number, row: { share: number }) => sum + row.share, 0)).toBeCloseTo(1, 9);
    const { ms_per_step, gflop_per_second } = rows.find(
      (row: { operation: string }) => row.operation === 'BatchMatMulV2',
    );
    expect(gflop_per_second).toBeCloseTo((2 * 20 * 30 * 40) / ms_per_step / 1e6, 9);
  });

  it('prints CSV', async () => {
    const { stdout } = await bench({ profile: 'shapes', only: ['train*'], csv: true });
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toBe('benchmark,operation,shapes,calls_per_step,ms_per_step,share,gflop_per_second,share_of_peak');
    expect(rows.find((row) => row.includes('BatchMatMulV2'))).toMatch(
      /^train-step\/resnet-20\/dense,BatchMatMulV2,20x30 30x40,1,[\d.e-]+,[\d.e-]+,[\d.]+,[\d.e-]+$/,
    );
  });

  it('refuses benchmarks that are no steps', async () => {
    const failing = bench({ profile: 'operations', only: ['{kernel,data}*'] });
    await expect(failing).rejects.toThrow(
      "--profile: none of kernel/relu, data/batch-of-128 is a step of operations; try --only 'train-step*'",
    );
  });

  it('profiles an evaluation of ResNet-20', async () => {
    const { stdout } = await cli(['bench', '--only', 'evaluation*dense', '--profile', '--iterations', '1', '--json']);
    const rows = JSON.parse(stdout) as { operation: string; calls_per_step: number }[];
    const calls = (operation: string) => rows.find((row) => row.operation === operation)?.calls_per_step;
    // Nineteen convolutions that take in the normalization after them as a bias, and the classifier's own.
    expect([calls('Conv2D'), calls('BiasAdd'), calls('FusedBatchNormV3')]).toEqual([19, 19, undefined]);
  });
});
