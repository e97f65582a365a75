import { expect } from 'vitest';
import { UsageError } from '../../harness/errors.ts';

/** Test helper: the message of the UsageError that a promise must be rejected with. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}
