import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { MethodFileError, UsageError } from '../../errors.ts';

/**
 * Runs a part of a method from a file.
 *
 * @throws MethodFileError naming the file, the part, and the line, for whatever the part throws
 */
export function inFile<T>(file: string, part: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw namingFile(file, part, error);
  }
}

/** An error that names the file and the part. Bad input of another kind, such as a full disk, stays what it is. */
export function namingFile(file: string, part: string, error: unknown): Error {
  if (error instanceof MethodFileError || error instanceof UsageError) return error;
  return new MethodFileError(file, `${part}: ${textOf(error, file)}`, { cause: error });
}

/** An error's kind and message, and the line of the file that its stack names first. */
function textOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const text = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  // Where stacks do not honour the name that the text gives itself, they have the address that it was loaded from.
  const stack = error.stack?.replaceAll(pathToFileURL(file).href, 'data:');
  const line = stack?.match(/\bdata:[^\s:]*:(\d+):\d+/)?.[1];
  return line === undefined ? text : `${text} (line ${line})`;
}

/**
 * Checks what a file gave against its schema.
 *
 * @throws MethodFileError naming the file, the part and each field that does not fit
 */
export function fitting<T extends z.ZodType>(file: string, part: string, schema: T, given: unknown): z.infer<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  throw new MethodFileError(file, `${part}: ${issues.join('; ')}`);
}
