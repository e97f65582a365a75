import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { MethodFileError, UsageError } from '../../errors.ts';
import { thrownStack, thrownText } from '../../foreign-text.ts';

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
  const text = withoutSource(thrownText(error), file);
  // Where stacks do not honour the name that the text gives itself, they have the address that it was loaded from.
  const stack = withoutSource(thrownStack(error), file).replaceAll(pathToFileURL(file).href, file);
  const at = stack
    .split(`${file}:`)
    .slice(1)
    .find((rest) => /^\d+:\d+/.test(rest));
  return at === undefined ? text : `${text} (line ${Number.parseInt(at, 10)})`;
}

/**
 * The address that a file's text is loaded from holds all of it in base64: `text` with the file's path in place of the
 * address, or of the long end of one that was cut.
 */
export function withoutSource(text: string, file: string): string {
  return text.replace(/data:text\/javascript;base64,[A-Za-z0-9+/=]*|[A-Za-z0-9+/=]{500,}/g, () => file);
}

/**
 * Checks what a file gave against its schema.
 *
 * @throws MethodFileError naming the file, the part and each field that does not fit
 */
export function fitting<T extends z.ZodType>(file: string, part: string, schema: T, given: unknown): z.infer<T> {
  // Looking at what was given can run code of the file: getters.
  const parsed = inFile(file, part, () => schema.safeParse(given));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  throw new MethodFileError(file, `${part}: ${issues.join('; ')}`);
}
