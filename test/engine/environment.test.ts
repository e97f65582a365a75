import { expect, test } from 'vitest';
import { arithmeticIn, engineEnvironment, outerEnvironment } from '../../harness/engine/environment.ts';

const hugePages = 'glibc.malloc.hugetlb=1';

test.each([
  [{ HOME: '/h' }, hugePages],
  [{ HOME: '/h', GLIBC_TUNABLES: 'glibc.malloc.arena_max=1' }, `glibc.malloc.arena_max=1:${hugePages}`],
])('%j asks for huge pages and oneDNN, and is found again', (env, tunables) => {
  const engine = engineEnvironment(env, 'native', 'x64');
  expect(engine).toMatchObject({ HOME: '/h', GLIBC_TUNABLES: tunables, TF_ENABLE_ONEDNN_OPTS: '1' });
  expect(outerEnvironment(engine)).toEqual(env);
  expect(engineEnvironment(engine, 'native', 'x64')).toBe(engine);
});

test('a setting that is there already is kept', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0', TF_ENABLE_ONEDNN_OPTS: '0' };
  expect(engineEnvironment(env, 'native', 'x64')).toBe(env);
  expect(outerEnvironment(env)).toBe(env);
});

test('on other processors TensorFlow decides on oneDNN', () => {
  expect(engineEnvironment({}, 'native', 'arm64')).not.toHaveProperty('TF_ENABLE_ONEDNN_OPTS');
});

test('portable arithmetic turns oneDNN on and caps its instructions, whatever was set', () => {
  const env = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=0', TF_ENABLE_ONEDNN_OPTS: '0', ONEDNN_MAX_CPU_ISA: 'SSE41' };
  expect(arithmeticIn(env)).toBe('native');
  const portable = engineEnvironment(env, 'portable', 'x64');
  expect(portable).toMatchObject({ ...env, TF_ENABLE_ONEDNN_OPTS: '1', ONEDNN_MAX_CPU_ISA: 'AVX2' });
  expect(arithmeticIn(portable)).toBe('portable');
  expect(outerEnvironment(portable)).toEqual(env);
  expect(arithmeticIn({})).toBe('native');
});

test('portable arithmetic upon native one is undone at once', () => {
  const env = { HOME: '/h' };
  const both = engineEnvironment(engineEnvironment(env, 'native', 'x64'), 'portable', 'x64');
  expect(outerEnvironment(both)).toEqual(env);
});
