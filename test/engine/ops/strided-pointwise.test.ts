import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

it.each([
  ['the instructions that all processors share', { ONEDNN_MAX_CPU_ISA: 'AVX2' }],
  ['the instructions of this processor', {}],
])('oneDNN computes strided 1x1 convolutions with few channels, with %s, without a crash', async (_, env) => {
  const loader = fileOf('../../run/fixtures/typescript-loader.mjs');
  const { stdout, exitCode, signal } = await execa(
    process.execPath,
    ['--import', loader, fileOf('../fixtures/strided-pointwise.mjs')],
    { env: { ...env, TF_ENABLE_ONEDNN_OPTS: '1' }, reject: false },
  );
  expect({ stdout, exitCode, signal }).toEqual({ stdout: 'computed', exitCode: 0, signal: undefined });
});
