import { expect, test } from 'vitest';
import { differingFields, fingerprintSchema } from '../../harness/fingerprint.ts';
import {
  cachesOf,
  fingerprintOf,
  flagsOf,
  gpuModel,
  instructionSetOf,
  oneDnnOf,
  processorOf,
} from '../../harness/measure/fingerprint.ts';
import '../helpers/engine.ts';
import { standInNvidiaSmi } from '../helpers/nvidia-smi.ts';
import { gpuTables } from '../helpers/nvidia-smi-outputs.ts';

const haswell = `processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 63
model name\t: Intel(R) Xeon(R) CPU E5-2673 v3 @ 2.40GHz
stepping\t: 2
flags\t\t: fpu vme sse sse2 ssse3 fma cx16 avx f16c rdrand avx2 bmi2 erms
vmx flags\t: vnmi preemption_timer avx512f
bugs\t\t: cpu_meltdown spectre_v1
`;
const sapphireRapids = `flags\t\t: fpu fma avx avx2 avx512f avx512dq avx512_bf16 avx512_vnni amx_bf16 amx_tile amx_int8\n`;
const neoverse = `processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm aes sve asimdfhm\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd40\nCPU revision\t: 1\n`;

test.each([
  ['an x86 processor with AVX2', haswell, 'avx2+fma'],
  ['an x86 processor with AVX-512 and AMX', sapphireRapids, 'avx2+fma+avx512f+avx512_vnni+avx512_bf16+amx_tile'],
  ['an ARM processor', neoverse, 'asimd+sve'],
  ['whole words only', 'flags : avx512fp16 fma4 avx2x\n', 'unknown'],
  ['a text without flags', 'processor : 0\n', 'unknown'],
  ['no text', '', 'unknown'],
])('instructionSetOf reads %s', (_what, cpuinfo, expected) => {
  expect(instructionSetOf(cpuinfo)).toBe(expected);
});

test('instructionSetOf reads the first of several processors', () => {
  expect(instructionSetOf(`${haswell}\n${sapphireRapids}`)).toBe('avx2+fma');
});

test.each([
  ['vendor, family, model and stepping', haswell, 'GenuineIntel 6-63-2'],
  ['what an ARM processor tells', neoverse, '0x41 8-0xd40-0x1-1'],
  ['that nothing is told', 'flags : avx2\n', 'unknown'],
  ['what is missing as such', 'vendor_id : AuthenticAMD\nmodel : 1\n', 'AuthenticAMD ?-1-?'],
])('processorOf reads %s', (_what, cpuinfo, expected) => {
  expect(processorOf(cpuinfo)).toBe(expected);
});

test('cachesOf reads levels, kinds and sizes, as far as they are told', () => {
  const files = new Map([
    ['index0/level', '1\n'],
    ['index0/type', 'Data\n'],
    ['index0/size', '32K\n'],
    ['index1/level', '2\n'],
    ['index1/type', 'Unified\n'],
  ]);
  expect(cachesOf((name) => files.get(name) ?? null)).toBe('L1 Data 32K, L2 Unified ?');
  expect(cachesOf(() => null)).toBe('unknown');
});

test.each([
  ['by the processor', {}, 'avx2+fma+avx512_vnni', 'on'],
  ['by the processor', {}, 'avx2+fma+avx_vnni', 'on'],
  ['by the processor', {}, 'avx2+fma+avx512f', 'off'],
  ['by what it is told', { TF_ENABLE_ONEDNN_OPTS: '1' }, 'avx2+fma', 'on'],
  ['by what it is told', { TF_ENABLE_ONEDNN_OPTS: '0' }, 'avx2+avx512_vnni', 'off'],
] as const)('oneDnnOf tells %s whether oneDNN computes: %j, %s', (_what, env, instructionSet, expected) => {
  expect(oneDnnOf(env, instructionSet)).toBe(expected);
});

test('portable results are compared whatever the processor, native ones on processors of one kind', () => {
  const here = { device: 'cpu: A', processor: 'A 1', caches: 'L1 32K', instruction_set: 'avx2', threads: 1 };
  const there = { ...here, device: 'cpu: B', processor: 'B 2', caches: 'L1 48K', instruction_set: 'avx2+avx512f' };
  const of = (fingerprint: object, arithmetic: string) => ({ ...fingerprint, arithmetic });
  expect(differingFields(of(here, 'portable'), of(there, 'portable'))).toEqual([]);
  const processors = ['device', 'processor', 'caches', 'instruction_set'];
  expect(differingFields(of(here, 'native'), of(there, 'native'))).toEqual(processors);
  expect(differingFields(of(here, 'portable'), of(there, 'native'))).toEqual([...processors, 'arithmetic']);
  expect(differingFields(of(here, 'portable'), of({ ...there, threads: 2 }, 'portable'))).toEqual(['threads']);
  expect(differingFields(here, of(here, 'native'))).toEqual(['arithmetic']);
});

test('fingerprintOf holds what a bit-exact comparison needs, twice the same', async () => {
  const fingerprint = await fingerprintOf({ threads: 3, data: 'abc' });
  expect(fingerprintSchema.parse(fingerprint)).toEqual(fingerprint);
  expect(fingerprint).toMatchObject({ threads: 3, data: 'abc', engine: expect.stringMatching(/^tfjs-node-gpu /) });
  expect(fingerprint.flags.split(' ')).toContain('TF_DETERMINISTIC_OPS=1');
  expect(fingerprint.binding).toMatch(/[0-9a-f]{16}/);
  expect(await fingerprintOf({ threads: 3, data: 'abc' })).toEqual(fingerprint);
});

test('flagsOf tells the environment variables that may change arithmetic, and no others', () => {
  const env = {
    TF_DETERMINISTIC_OPS: '1',
    DNNL_MAX_CPU_ISA: 'AVX2',
    ONEDNN_DEFAULT_FPMATH_MODE: 'BF16',
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: '1',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    HOME: '/',
    TF_CLI_CONFIG_FILE: 'of another tool',
    NVIDIA_VISIBLE_DEVICES: 'all',
  };
  expect(flagsOf(env)).toBe('DNNL_MAX_CPU_ISA=AVX2 ONEDNN_DEFAULT_FPMATH_MODE=BF16 TF_DETERMINISTIC_OPS=1');
});

test('gpuModel names the GPU that the process sees, else all, else that none is known', async () => {
  await standInNvidiaSmi({ 'query-gpu': gpuTables.two });
  expect(await gpuModel('GPU-0c9d8e7f-6a5b-4c3d-2e1f-001122334455')).toBe('NVIDIA L4, 570.86.15');
  expect(await gpuModel(undefined)).toBe('NVIDIA H100 80GB HBM3, 570.86.15; NVIDIA L4, 570.86.15');
  await standInNvidiaSmi(null);
  expect(await gpuModel(undefined)).toBe('unknown (nvidia-smi was not found)');
});
