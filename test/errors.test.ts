import { expect, it } from 'vitest';
import { MethodFileError, UsageError } from '../harness/errors.ts';

it.each([
  ['UsageError', new UsageError("There is no suite '\u001b[31mx'."), "There is no suite 'x'."],
  ['MethodFileError', new MethodFileError('/a\u0007.js', 'gpj.\u202Etxt'), '/a.js: gpj.txt'],
])('the message of a %s holds nothing that acts on its reader', (_, error, message) => {
  expect(error.message).toBe(message);
});
