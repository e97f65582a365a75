/**
 * Wrong usage or bad input: the message names the option or file, what was wrong, and the remedy.
 * The command line prints the message alone (no stack) and exits with code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
