import { cleanText } from './foreign-text.ts';

/**
 * Wrong usage or bad input: the message names the option or file, what was wrong, and the remedy.
 * The command line prints the message alone (no stack) and exits with code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** Messages quote what users and files say, which is cleaned here for every place that prints them. */
  constructor(message: string, options?: ErrorOptions) {
    super(cleanText(message), options);
  }
}

/** Why a cell is not computed though nothing is broken: it fails that cell and no other. */
export class CellRefusal extends Error {
  override readonly name = 'CellRefusal';

  constructor(message: string, options?: ErrorOptions) {
    super(cleanText(message), options);
  }
}

/**
 * What is wrong with a method from a file, the file named first. Where a run is planned it is bad input; in a worker it
 * fails its cell and no other.
 */
export class MethodFileError extends Error {
  override readonly name = 'MethodFileError';

  /** The message without the file. */
  readonly what: string;

  constructor(file: string, what: string, options?: ErrorOptions) {
    super(cleanText(`${file}: ${what}`), options);
    this.what = cleanText(what);
  }
}
