import type { Arithmetic } from '../fingerprint.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const hugePages = 'glibc.malloc.hugetlb=1';
/** Keeps what the changed variables were, as JSON, for `outerEnvironment`. */
const outer = 'FACTORBENCH_OUTER_ENVIRONMENT';

/**
 * oneDNN on, where the library would turn it on by the processor, and capped at the instructions that all are to share.
 */
const portableSettings = { TF_ENABLE_ONEDNN_OPTS: '1', ONEDNN_MAX_CPU_ISA: 'AVX2' };

/** What a processor must have to compute with portable arithmetic, by the names in /proc/cpuinfo. */
const portableInstructions = ['avx2', 'fma'];

/** A processor, as Node and /proc/cpuinfo name what it has. */
export interface Processor {
  arch: string;
  instructionSet: readonly string[];
}

/** Why a processor cannot compute with portable arithmetic, a clause; null where it can. */
export function obstacleToPortable({ arch, instructionSet }: Processor): string | null {
  if (arch !== 'x64') return `needs an x64 processor, and this one is ${arch}`;
  const lacking = portableInstructions.filter((name) => !instructionSet.includes(name));
  return lacking.length === 0 ? null : `needs ${lacking.join(' and ')}, which this processor lacks`;
}

/**
 * The environment of a process that will run TensorFlow: the C library (glibc from 2.35 on) asks the kernel for huge
 * pages, as tensors of some megabytes otherwise lie on thousands of small ones, whose look-ups cost a factorized ResNet
 * some percent of its step; and on x64 oneDNN computes, which TensorFlow leaves out on processors without VNNI, where a
 * ResNet's step takes up to twice as long for it. A setting that is there already is kept. Portable arithmetic sets what
 * decides results, whatever was there.
 */
export function engineEnvironment(
  env: Environment,
  arithmetic: Arithmetic = 'native',
  arch: string = process.arch,
): Environment {
  const wanted: Environment = {
    GLIBC_TUNABLES: withHugePages(env.GLIBC_TUNABLES),
    ...(arch === 'x64' ? { TF_ENABLE_ONEDNN_OPTS: env.TF_ENABLE_ONEDNN_OPTS ?? '1' } : {}),
    ...(arithmetic === 'portable' ? portableSettings : {}),
  };
  const changed = Object.keys(wanted).filter((name) => env[name] !== wanted[name]);
  if (changed.length === 0) return env;
  const before = Object.fromEntries(changed.map((name) => [name, env[name] ?? null]));
  return { ...env, ...wanted, [outer]: JSON.stringify({ ...before, ...JSON.parse(env[outer] ?? '{}') }) };
}

function withHugePages(tunables = ''): string {
  if (tunables.includes('glibc.malloc.hugetlb=')) return tunables;
  return tunables === '' ? hugePages : `${tunables}:${hugePages}`;
}

/** The environment that `engineEnvironment` was made of, for other programs. */
export function outerEnvironment(env: Environment): Environment {
  const { [outer]: before, ...rest } = env;
  if (before === undefined) return env;
  const given: Record<string, string | null> = JSON.parse(before);
  const kept = Object.entries({ ...rest, ...given }).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as Environment;
}

/** The arithmetic of a process that runs TensorFlow on an x64 processor with these instructions. */
export function arithmeticIn(env: Environment): Arithmetic {
  const isSet = Object.entries(portableSettings).every(([name, value]) => env[name] === value);
  return isSet ? 'portable' : 'native';
}
