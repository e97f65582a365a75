import { UsageError } from '../errors.ts';
import { usableCores } from '../setup/machine.mjs';
import { userPath } from '../setup/user-path.mjs';
import type { Io } from './io.ts';

/** Parsers of option values. Each throws a UsageError that names the option, the value and what is expected. */

/** A whole number of at least 1. */
export function positiveInteger(option: string, greatest = most): (text: string) => number {
  return (text) => integerOf(option, text, 1, greatest);
}

/** A whole number of at least `least` and at most `greatest`. */
export function integerFrom(option: string, least: number, greatest = most): (text: string) => number {
  return (text) => integerOf(option, text, least, greatest);
}

/** A whole number of at least 0. */
export function naturalNumber(option: string): (text: string) => number {
  return (text) => integerOf(option, text, 0);
}

/** A decimal number of at least 0. */
export function amount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value)) return value;
    throw new UsageError(`${option} ${text}: expected a number of at least 0, such as 0.01.`);
  };
}

/** Collects a repeatable option's globs. */
export function collect(text: string, earlier: string[] = []): string[] {
  if (text.trim() === '') throw new UsageError("--only: the glob is empty; quote it, as in --only 'low-rank-*'.");
  return [...earlier, text];
}

/** Text that is not blank. */
export function nonEmpty(option: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new UsageError(`${option}: the text is empty.`);
    return text;
  };
}

/** Collects a repeatable option's texts, none blank. */
export function collectText(option: string): (text: string, earlier?: string[]) => string[] {
  const parse = nonEmpty(option);
  return (text, earlier = []) => [...earlier, parse(text)];
}

/**
 * A path, absolute: relative to where the user stands, `~` the home folder. An empty one is an unset variable's.
 */
export function pathOption(option: string, { env }: Pick<Io, 'env'>): (text: string) => string {
  return (text) => {
    if (text.trim() === '') {
      throw new UsageError(`${option} '': the path is empty; name one (is a variable in it not set?).`);
    }
    if (/^~[^/]/.test(text)) {
      throw new UsageError(`${option} ${text}: another user's home is not expanded here; write the path out.`);
    }
    return userPath(text, env);
  };
}

/** Collects a repeatable argument's or option's paths. */
export function collectPaths(option: string, io: Pick<Io, 'env'>): (text: string, earlier?: string[]) => string[] {
  const parse = pathOption(option, io);
  return (text, earlier = []) => [...earlier, parse(text)];
}

/** Whether a method is named by the path of its file: by a folder, or the ending of a program. Else it is a name. */
export function isMethodPath(text: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(text);
}

/** Collects methods: paths become absolute, names stay. */
export function collectMethods(io: Pick<Io, 'env'>): (text: string, earlier?: string[]) => string[] {
  const parse = pathOption('--method', io);
  return (text, earlier = []) => [...earlier, text.trim() === '' || isMethodPath(text) ? parse(text) : text];
}

/** Worker processes at once: cores that this process may use, divided by the threads of each, at least one. */
export function defaultJobs(threads: number, cores: number = usableCores()): number {
  return Math.max(1, Math.floor(cores / threads));
}

/** More replicates, workers or threads than anyone has; it keeps slips of the finger from filling the memory. */
const most = 10_000;

function integerOf(option: string, text: string, least: number, greatest = most): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > greatest) {
    throw new UsageError(`${option} ${text}: expected a whole number of at least ${least} (at most ${greatest}).`);
  }
  return value;
}
