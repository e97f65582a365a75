import { describe, expect, it } from 'vitest';
import { arithmeticFor } from '../../../harness/cli/run/arithmetic.ts';
import { UsageError } from '../../../harness/errors.ts';

const able = { arch: 'x64', instructionSet: ['avx', 'avx2', 'fma'] };
const cpu = { device: 'cpu' } as const;

describe('the arithmetic of a run', () => {
  it.each([
    ['portable for smoke', cpu, 'smoke', able, 'portable'],
    ['native for nightly', cpu, 'nightly', able, 'native'],
    ['native for paper', cpu, 'paper', able, 'native'],
    ['portable where asked for', { ...cpu, portable: true }, 'nightly', able, 'portable'],
    ['native where asked for', { ...cpu, portable: false }, 'smoke', able, 'native'],
    ['native on a GPU', { device: 'gpu' }, 'smoke', able, 'native'],
    ['native on another architecture', cpu, 'smoke', { arch: 'arm64', instructionSet: [] }, 'native'],
    ['native without AVX2', cpu, 'smoke', { arch: 'x64', instructionSet: ['avx', 'fma'] }, 'native'],
  ] as const)('is %s', (_, options, profile, processor, expected) => {
    expect(arithmeticFor(options, profile, processor)).toBe(expected);
  });

  it.each([
    ['on a GPU', { device: 'gpu', portable: true }, able, /^--portable: is for processors, not for --device gpu/],
    ['on another architecture', { ...cpu, portable: true }, { arch: 'arm64', instructionSet: [] }, /this one is arm64/],
    [
      'where an instruction is missing',
      { ...cpu, portable: true },
      { arch: 'x64', instructionSet: ['avx2'] },
      /^--portable: needs fma, which this processor lacks; leave it away/,
    ],
  ] as const)('is refused %s', (_, options, processor, message) => {
    expect(() => arithmeticFor(options, 'nightly', processor)).toThrow(UsageError);
    expect(() => arithmeticFor(options, 'nightly', processor)).toThrow(message);
  });
});
