type Environment = Readonly<Record<string, string | undefined>>;

const hugePages = 'glibc.malloc.hugetlb=1';
/** Keeps what the variable was, for `outerEnvironment`. */
const outer = 'FACTORBENCH_OUTER_TUNABLES';

/**
 * The environment of a process that will run TensorFlow: the C library (glibc from 2.35 on) asks the kernel for huge
 * pages. Tensors of some megabytes otherwise lie on thousands of small ones, whose look-ups cost a factorized ResNet
 * some percent of its step. Results stay the same. A setting that is there already is kept.
 */
export function engineEnvironment(env: Environment): Environment {
  const given = env.GLIBC_TUNABLES ?? '';
  if (given.includes('glibc.malloc.hugetlb=')) return env;
  const added = given === '' ? hugePages : `${given}:${hugePages}`;
  return { ...env, GLIBC_TUNABLES: added, [outer]: given };
}

/** The environment that `engineEnvironment` was made of, for other programs. */
export function outerEnvironment(env: Environment): Environment {
  const { [outer]: given, GLIBC_TUNABLES, ...rest } = env;
  if (given === undefined) return env;
  return given === '' ? rest : { ...rest, GLIBC_TUNABLES: given };
}
