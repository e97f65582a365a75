import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseProcessMemory, sampleGpuMemory } from '../../harness/measure/gpu-memory.ts';

const mebibyte = 1024 * 1024;

describe('parseProcessMemory', () => {
  test.each([
    ['one GPU', '4242, 1530\n', 1530],
    ['several GPUs', '4242, 1530\n4242, 20\n', 1550],
    ['other processes', '17, 9000\n4242, 1530\n42421, 7\n242, 5\n', 1530],
    ['no line break at the end, and carriage returns', '17, 9000\r\n4242, 1530', 1530],
    ['a value that is not available beside one that is', '4242, [N/A]\n4242, 12\n', 12],
    ['nothing used', '4242, 0\n', 0],
  ])('reads %s', (_what, output, mebibytes) => {
    expect(parseProcessMemory(output, 4242)).toBe(mebibytes * mebibyte);
  });

  test.each([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['other processes only', '17, 9000\n'],
    ['[N/A]', '4242, [N/A]\n'],
    ['[Not Supported]', '4242, [Not Supported]\n'],
    ['[Insufficient Permissions]', '[Insufficient Permissions], [Insufficient Permissions]\n'],
    ['insufficient permissions for the memory', '4242, [Insufficient Permissions]\n'],
    ['no running processes', 'No running processes found\n'],
    ['a failure of the tool', "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"],
  ])('is null at %s', (_what, output) => {
    expect(parseProcessMemory(output, 4242)).toBeNull();
  });
});

describe('sampleGpuMemory', () => {
  const path = process.env.PATH;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'factorbench-gpu-'));
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(folder, { recursive: true, force: true });
  });

  /** Puts a stand-in for NVIDIA's tool first on the path. */
  async function tool(script: string): Promise<void> {
    const file = join(folder, 'nvidia-smi');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    process.env.PATH = `${folder}${delimiter}${path}`;
  }

  test('gives what the tool lists for the process', async () => {
    await tool(
      `[ "$*" = "--query-compute-apps=pid,used_memory --format=csv,noheader,nounits" ] || exit 9\necho '7, 99'\necho '5, 123'`,
    );
    const failures: string[] = [];
    expect(await sampleGpuMemory(5, (reason) => failures.push(reason)).stop()).toBe(123 * mebibyte);
    expect(failures).toEqual([]);
  });

  test('keeps the peak of its samples', async () => {
    // 3, 8, then 1 MiB for ever.
    await tool(`n=$(cat ${folder}/n 2>/dev/null || echo 0); echo $((n + 1)) > ${folder}/n
case $n in 0) echo '5, 3';; 1) echo '5, 8';; *) echo '5, 1';; esac`);
    const sampler = sampleGpuMemory(5, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await sampler.stop()).toBe(8 * mebibyte);
  });

  test('is null for a process that is never listed', async () => {
    await tool(`echo '7, 99'`);
    expect(await sampleGpuMemory(5, () => undefined).stop()).toBeNull();
  });

  test('tells once where the tool fails, and is null', async () => {
    await tool('exit 9');
    const failures: string[] = [];
    expect(await sampleGpuMemory(5, (reason) => failures.push(reason)).stop()).toBeNull();
    expect(failures).toEqual([expect.stringMatching(/^GPU memory not measured: .*nvidia-smi/)]);
  });

  test('tells once where there is no tool, and is null', async () => {
    process.env.PATH = folder;
    const failures: string[] = [];
    expect(await sampleGpuMemory(5, (reason) => failures.push(reason)).stop()).toBeNull();
    expect(failures).toEqual([expect.stringMatching(/^GPU memory not measured: .*nvidia-smi/)]);
  });
});
