import { expect, it } from 'vitest';
import { programDigest } from '../harness/program.ts';

it('programDigest is 16 hexadecimal digits, twice the same', () => {
  expect(programDigest()).toMatch(/^[0-9a-f]{16}$/);
  expect(programDigest()).toBe(programDigest());
});
