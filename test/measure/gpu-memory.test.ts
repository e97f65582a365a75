import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memoryOf, othersOn, sampleGpuMemory } from '../../harness/measure/gpu-memory.ts';
import { askNvidiaSmi } from '../../harness/measure/nvidia-smi.ts';
import { nvidiaSmiScript, standInNvidiaSmi } from '../helpers/nvidia-smi.ts';
import { failures, processTables } from '../helpers/nvidia-smi-outputs.ts';

const mebibyte = 1024 * 1024;
const gpu = 'GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const row = (pid: number, usedMiB: number | null, on = gpu) => ({ gpu: on, pid, usedMiB });

describe('memoryOf', () => {
  test.each([
    ['one GPU', [row(4242, 1530)], 1530],
    ['several GPUs', [row(4242, 1530), row(4242, 20, 'GPU-b')], 1550],
    ['other processes', [row(17, 9000), row(4242, 1530), row(42421, 7)], 1530],
    ['a value that is not available beside one that is', [row(4242, null), row(4242, 12)], 12],
    ['nothing used', [row(4242, 0)], 0],
  ])('sums %s', (_what, rows, mebibytes) => {
    expect(memoryOf(rows, 4242)).toBe(mebibytes * mebibyte);
  });

  test.each([
    ['no rows', []],
    ['other processes only', [row(17, 9000)]],
    ['no memory told', [row(4242, null)]],
  ])('is null at %s', (_what, rows) => {
    expect(memoryOf(rows, 4242)).toBeNull();
  });
});

describe('othersOn', () => {
  const rows = [row(1, 5), row(2, 5), row(3, 5, 'GPU-b')];
  test('gives the other processes on the process’s own GPU', () => {
    expect(othersOn(rows, 1, null)).toEqual([2]);
    expect(othersOn(rows, 3, gpu)).toEqual([]);
  });
  test('takes the given GPU where the process is not listed', () => {
    expect(othersOn(rows, 9, gpu)).toEqual([1, 2]);
    expect(othersOn(rows, 9, null)).toEqual([]);
  });
});

/** Samples once or more, and gives the peak and what was told. */
async function sample(pid: number, milliseconds = 0, siblings: number[] = []) {
  const warnings: string[] = [];
  const isSibling = (other: number) => siblings.includes(other);
  const sampler = sampleGpuMemory({ pid, gpu, onWarning: (warning) => warnings.push(warning), isSibling });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return { peak: await sampler.stop(), warnings };
}

/** A tool that answers the n-th question for processes, from 0, as the shell's cases of n say. */
const sampleBySample = (folder: string, cases: string) =>
  nvidiaSmiScript(
    folder,
    `case "$*" in *query-gpu*) echo 0x0; exit;; esac
n=$(cat ${folder}/n 2>/dev/null || echo 0); echo $((n + 1)) > ${folder}/n
case $n in ${cases} esac`,
  );

describe('sampleGpuMemory', () => {
  const quiet = { 'clocks_event_reasons.active': '0x0000000000000001\n' };

  test('gives what the tool lists for the process, and says nothing where it is alone', async () => {
    await standInNvidiaSmi({ 'query-compute-apps=gpu_uuid,pid,used_memory': `${gpu}, 5, 123\n`, ...quiet });
    expect(await sample(5)).toEqual({ peak: 123 * mebibyte, warnings: [] });
  });

  test('measures memory and clocks where the tool warns of something else (exit code 14)', async () => {
    const held = { 'clocks_event_reasons.active': '0x0000000000000004\n' };
    await standInNvidiaSmi({ 'query-compute-apps=gpu_uuid,pid,used_memory': `${gpu}, 5, 123\n`, ...held }, true);
    const { peak, warnings } = await sample(5);
    expect(peak).toBe(123 * mebibyte);
    expect(warnings).toEqual([expect.stringContaining('power cap in 100 %')]);
  });

  test('keeps the peak of its samples', async () => {
    const folder = await standInNvidiaSmi({});
    // 3, 8, then 1 MiB for ever.
    await sampleBySample(folder, `0) echo '${gpu}, 5, 3';; 1) echo '${gpu}, 5, 8';; *) echo '${gpu}, 5, 1';;`);
    expect((await sample(5, 1500)).peak).toBe(8 * mebibyte);
  });

  test('tells of other processes on its GPU, but not of siblings or of those on other GPUs', async () => {
    await standInNvidiaSmi({ 'compute-apps': `${gpu}, 5, 9\n${gpu}, 6, 9\n${gpu}, 7, 9\nGPU-b, 8, 9\n`, ...quiet });
    const { warnings } = await sample(5, 0, [6]);
    expect(warnings).toEqual([expect.stringMatching(/^Other processes used the GPU while this cell ran \(7\)/)]);
  });

  test('knows processes of its own parent for siblings', async () => {
    const warnings: string[] = [];
    // The parent of this process is no child of its own.
    await standInNvidiaSmi({ 'compute-apps': `${gpu}, 5, 9\n${gpu}, ${process.pid}, 9\n${gpu}, ${process.ppid}, 9\n` });
    await sampleGpuMemory({ pid: 5, gpu, onWarning: (warning) => warnings.push(warning) }).stop();
    expect(warnings).toEqual([expect.stringContaining(`ran (${process.ppid})`)]);
  });

  test('tells of clocks held back, asking a driver of either age', async () => {
    const listed = { 'compute-apps': `${gpu}, 5, 9\n` };
    await standInNvidiaSmi({
      ...listed,
      [`--id=${gpu} --query-gpu=clocks_event_reasons.active`]: '0x0000000000000024\n',
    });
    expect((await sample(5)).warnings).toEqual([
      'The GPU’s clocks were held back: power cap in 100 %, thermal slowdown by the driver in 100 % of 1 samples.',
    ]);
    const folder = await standInNvidiaSmi({ ...listed, clocks_throttle_reasons: '0x0000000000000040\n' });
    expect((await sample(5, 2600)).warnings).toEqual([
      expect.stringMatching(
        /^The GPU’s clocks were held back: thermal slowdown by the hardware in 100 % of \d samples\.$/,
      ),
    ]);
    const asked = (await readFile(join(folder, 'calls'), 'utf8')).split('\n');
    expect(asked.filter((call) => call.includes('clocks_event_reasons'))).toHaveLength(1);
  });

  test.each([
    ['is never listed', `${gpu}, 7, 99\n`, /does not list this process .*--pid=host/],
    [
      'is listed without its memory',
      processTables.notTold.replaceAll('4242', '5'),
      /lists this process, but not its memory/,
    ],
  ])('is null and says why where the process %s', async (_what, table, why) => {
    await standInNvidiaSmi({ 'compute-apps': table, ...quiet });
    const { peak, warnings } = await sample(5, 0, [7, 4243, 4244]);
    expect([peak, warnings]).toEqual([null, [expect.stringMatching(why)]]);
  });

  test('tells once where the tool fails, and why, and is null', async () => {
    const folder = await standInNvidiaSmi({});
    await nvidiaSmiScript(folder, `cat <<'END'\n${failures.mismatch}END\nexit 18`);
    const { peak, warnings } = await sample(5);
    expect([peak, warnings]).toEqual([null, [expect.stringMatching(/^GPU memory not measured: .*another version/)]]);
  });

  test('tells once where there is no tool, and is null', async () => {
    await standInNvidiaSmi(null);
    const { peak, warnings } = await sample(5);
    expect([peak, warnings]).toEqual([null, ['GPU memory not measured: nvidia-smi was not found']]);
  });

  test('goes on after a failure, and says that the peak is of a part', async () => {
    const folder = await standInNvidiaSmi({});
    await sampleBySample(folder, `0) echo 'GPU is lost'; exit 15;; *) echo '${gpu}, 5, 8';;`);
    expect(await sample(5, 2500)).toEqual({
      peak: 8 * mebibyte,
      warnings: ['GPU memory measured only in part: the GPU no longer answers'],
    });
  });

  test('calls no process foreign where its own is never listed', async () => {
    await standInNvidiaSmi({ 'compute-apps': `${gpu}, 7, 9\n`, ...quiet });
    const { warnings } = await sample(5);
    expect(warnings).toEqual([
      expect.stringContaining('--pid=host'),
      expect.stringMatching(/cannot be told apart from others/),
    ]);
  });
});

describe('askNvidiaSmi', () => {
  test('takes a file on the path that may not be run for a tool that is not installed', async () => {
    const folder = await standInNvidiaSmi(null);
    await writeFile(join(folder, 'nvidia-smi'), '');
    expect(await askNvidiaSmi([])).toMatchObject({ output: null, missing: true });
  });

  test('goes on without a tool whose end never comes', async () => {
    const folder = await standInNvidiaSmi({});
    // As one in uninterruptible sleep: the signal does not end it. It ends by itself, long after.
    await nvidiaSmiScript(folder, `trap '' TERM\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1; done`);
    const start = performance.now();
    expect(await askNvidiaSmi([], 200)).toMatchObject({
      output: null,
      missing: false,
      why: expect.stringMatching(/0\.2 s/),
    });
    expect(performance.now() - start).toBeLessThan(4500);
  });
});
