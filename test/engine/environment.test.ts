import { expect, test } from 'vitest';
import { arithmeticIn, engineEnvironment, outerEnvironment } from '../../harness/engine/environment.ts';

const hugePages = 'glibc.malloc.hugetlb=1';

test.each([
  [{ HOME: '/h' }, hugePages],
  [{ HOME: '/h', GLIBC_TUNABLES: 'glibc.malloc.arena_max=1' }, `glibc.malloc.arena_max=1:${hugePages}`],
])('%j asks for huge pages, and is found again', (env, tunables) => {
  const engine = engineEnvironment(env);
  expect(engine).toMatchObject({ HOME: '/h', GLIBC_TUNABLES: tunables });
  expect(outerEnvironment(engine)).toEqual(env);
  expect(engineEnvironment(engine)).toBe(engine);
});

test('a setting that is there already is kept', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0' };
  expect(engineEnvironment(env)).toBe(env);
  expect(outerEnvironment(env)).toBe(env);
});

test('portable arithmetic turns oneDNN on and caps its instructions, whatever was set', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0', TF_ENABLE_ONEDNN_OPTS: '0', ONEDNN_MAX_CPU_ISA: 'SSE41' };
  expect(engineEnvironment(env)).toBe(env);
  expect(arithmeticIn(env)).toBe('native');
  const portable = engineEnvironment(env, 'portable');
  expect(portable).toEqual({ ...env, TF_ENABLE_ONEDNN_OPTS: '1', ONEDNN_MAX_CPU_ISA: 'AVX2' });
  expect(arithmeticIn(portable)).toBe('portable');
  expect(arithmeticIn({})).toBe('native');
});
