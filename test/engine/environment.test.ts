import { expect, test } from 'vitest';
import { engineEnvironment, outerEnvironment } from '../../harness/engine/environment.ts';

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
