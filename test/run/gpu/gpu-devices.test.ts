import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { findGpus } from '../../../harness/run/gpu/gpu-devices.ts';
import { nvidiaSmiScript, standInNvidiaSmi } from '../../helpers/nvidia-smi.ts';
import { failures, gpuLists, gpuTables } from '../../helpers/nvidia-smi-outputs.ts';

const h100 = 'GPU-5a1f7c6e-1b2c-4d5e-8f90-a1b2c3d4e5f6';
const l4 = 'GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455';

describe('findGpus', () => {
  const two = { '-L': gpuLists.two, 'query-gpu': gpuTables.two };

  it('gives every GPU with what is free on it', async () => {
    await standInNvidiaSmi(two);
    expect(await findGpus({})).toEqual({
      gpus: [
        { id: h100, name: 'NVIDIA H100 80GB HBM3', freeMiB: 81078 },
        { id: l4, name: 'NVIDIA L4', freeMiB: 12100 },
      ],
      notes: [],
    });
  });

  it('takes an answer with a warning (exit code 14) for one, with MIG instances', async () => {
    await standInNvidiaSmi(two, true);
    expect((await findGpus({})).gpus.map(({ id, freeMiB }) => [id, freeMiB])).toEqual([
      [h100, 81078],
      [l4, 12100],
    ]);
  });

  it.each([9, 12, 15, 255])('takes exit code %i for a failure, whatever it printed', async (code) => {
    const folder = await standInNvidiaSmi(two);
    await nvidiaSmiScript(folder, `cat '${folder}/1'; exit ${code}`);
    await expect(findGpus({})).rejects.toThrow(/^--device gpu: nvidia-smi failed/);
  });

  it.each([
    ['1', [l4]],
    [h100, [h100]],
    ['GPU-0c9d', [l4]],
    ['1,0', [l4, h100]],
    ['1,7,0', [l4]],
    ['0,0', [h100]],
    [`0,${h100}`, [h100]],
  ])('keeps to CUDA_VISIBLE_DEVICES=%s', async (variable, expected) => {
    await standInNvidiaSmi(two);
    expect((await findGpus({ CUDA_VISIBLE_DEVICES: variable })).gpus.map(({ id }) => id)).toEqual(expected);
  });

  it.each(['-1', '', '2', 'NoDevFiles'])('refuses CUDA_VISIBLE_DEVICES=%s, which leaves none', async (variable) => {
    await standInNvidiaSmi(two);
    await expect(findGpus({ CUDA_VISIBLE_DEVICES: variable })).rejects.toThrow(UsageError);
  });

  it('refuses the beginning of a UUID that fits several', async () => {
    await standInNvidiaSmi(two);
    await expect(findGpus({ CUDA_VISIBLE_DEVICES: 'GPU-' })).rejects.toThrow(
      `GPU- in CUDA_VISIBLE_DEVICES fits ${h100}, ${l4}; write more`,
    );
  });

  it.each([
    ['1g.18gb', 16_384],
    ['1g.24gb', 20_480],
  ])('does not count on more memory than an instance %s has', async (profile, mebibytes) => {
    const list = `GPU 0: NVIDIA H200 (UUID: GPU-a)\n  MIG ${profile}     Device  0: (UUID: MIG-b)\n`;
    await standInNvidiaSmi({ '-L': list, 'query-gpu': '0, GPU-a, NVIDIA H200, 570.86.15, 143771, 143000\n' });
    const [instance] = (await findGpus({})).gpus;
    expect(instance!.freeMiB).toBeLessThanOrEqual(mebibytes);
    expect(instance!.freeMiB).toBeGreaterThan(0.9 * mebibytes);
  });

  it('shares the memory of a GPU instance out among its compute instances', async () => {
    const list = `GPU 0: NVIDIA A100 (UUID: GPU-a)
  MIG 1c.3g.20gb  Device  0: (UUID: MIG-a)
  MIG 2c.3g.20gb  Device  1: (UUID: MIG-b)\n`;
    await standInNvidiaSmi({ '-L': list, 'query-gpu': '0, GPU-a, NVIDIA A100, 570.86.15, 40960, 40000\n' });
    // 0.83 * 20 GiB = 16,998 MiB, in thirds.
    expect((await findGpus({})).gpus.map(({ freeMiB }) => freeMiB)).toEqual([5666, 11_332]);
  });

  it('leaves out, with a note, a GPU in MIG mode that has no instance', async () => {
    await standInNvidiaSmi({ 'mig.mode': `${h100}, Enabled\n${l4}, [N/A]\n`, ...two });
    const { gpus, notes } = await findGpus({});
    expect(gpus.map(({ id }) => id)).toEqual([l4]);
    expect(notes).toEqual([expect.stringMatching(/H100.* is not used: it is in MIG mode and has no instance/)]);
    await standInNvidiaSmi({ 'mig.mode': `${h100}, Enabled\n${l4}, Enabled\n`, ...two });
    await expect(findGpus({})).rejects.toThrow(UsageError);
  });

  it('gives MIG instances in place of the GPU that is divided', async () => {
    await standInNvidiaSmi({ '-L': gpuLists.mig, 'query-gpu': gpuTables.migInContainer });
    expect((await findGpus({})).gpus).toEqual([
      { id: 'MIG-5b1f0a52-8c1f-5d6e-9a3b-1c2d3e4f5a6b', name: 'NVIDIA A100-SXM4-40GB MIG 3g.20gb', freeMiB: 16998 },
      { id: 'MIG-8d2e1b63-9d20-5e7f-8b4c-2d3e4f5a6b7c', name: 'NVIDIA A100-SXM4-40GB MIG 1g.5gb+me', freeMiB: 4249 },
    ]);
  });

  it('says that memory is not watched where it is not told', async () => {
    await standInNvidiaSmi({ '-L': '', 'query-gpu': gpuTables.sharedMemory });
    expect(await findGpus({})).toMatchObject({
      gpus: [{ name: 'NVIDIA GB10', freeMiB: null }],
      notes: [expect.stringContaining('does not tell it for NVIDIA GB10')],
    });
  });

  it('warns of a GPU whose memory others hold', async () => {
    await standInNvidiaSmi({ '-L': '', 'query-gpu': '0, GPU-a, NVIDIA L4, 570.86.15, 23034, 300\n' });
    expect((await findGpus({})).notes).toEqual([expect.stringMatching(/^NVIDIA L4 has only 300 MiB free/)]);
  });

  it('takes one GPU to be there where the tool is not installed, and says so', async () => {
    await standInNvidiaSmi(null);
    expect(await findGpus({ CUDA_VISIBLE_DEVICES: '3' })).toEqual({
      gpus: [{ id: '3', name: 'GPU', freeMiB: null }],
      notes: [expect.stringContaining('nvidia-smi was not found')],
    });
  });

  it('refuses a driver that is too old', async () => {
    await standInNvidiaSmi({ 'query-gpu': gpuTables.old });
    await expect(findGpus({})).rejects.toThrow(
      '--device gpu: the NVIDIA driver 470.223.02 is too old for CUDA 12, which needs 525.60.13 or newer; update it',
    );
  });

  it.each([
    ['driverGone', 'no NVIDIA driver is running'],
    ['noPermission', 'this user may not open the GPU'],
    ['noDevices', 'the NVIDIA driver finds no GPU'],
  ] as const)('refuses with why and a remedy where the tool fails: %s', async (key, why) => {
    const folder = await standInNvidiaSmi({});
    await nvidiaSmiScript(folder, `cat <<'END'\n${failures[key]}END\nexit 9`);
    await expect(findGpus({})).rejects.toThrow(new RegExp(`^--device gpu: ${why}.*--device cpu\\.$`));
  });
});
