import { UsageError } from '../errors.ts';
import { alarms, type CellRecord, type Verdict } from '../record.ts';
import { fileProblem } from '../setup/file-errors.mjs';

/** The program's exit codes; the command line's documentation names the same. */
export const exitCodes = { passed: 0, regressed: 1, usage: 2, inconclusive: 3, changed: 4, interrupted: 130 } as const;

export interface Outcome {
  records: readonly CellRecord[];
  verdicts: readonly Verdict[];
  /** Also asks that every cell could be judged: neither inconclusive nor without a baseline. */
  strict: boolean;
  interrupted: boolean;
  /** Every cell that was to be measured has a record. */
  whole: boolean;
}

/**
 * The exit code of a run or a check. Interrupted goes before failed; failed, regressed, irreproducible and a part that is missing go
 * before inconclusive.
 */
export function exitCodeOf({ records, verdicts, strict, interrupted, whole }: Outcome): number {
  const verdictIs = (...names: readonly string[]) => verdicts.some(({ verdict }) => names.includes(verdict));
  if (interrupted) return exitCodes.interrupted;
  if (!whole || records.some((record) => record.status === 'failed') || verdictIs(...alarms)) {
    return exitCodes.regressed;
  }
  return strict && verdictIs('inconclusive', 'no-baseline') ? exitCodes.inconclusive : exitCodes.passed;
}

/** The exit code of what was thrown: bad input and the system's refusals of files, or a fault of the program. */
export function exitCodeOfError(error: unknown): number {
  // SetupError says for the set-up what UsageError says elsewhere; importing its class would load the set-up.
  const isUsage = error instanceof UsageError || (error instanceof Error && error.name === 'SetupError');
  return isUsage || fileProblem(error) !== null ? exitCodes.usage : exitCodes.regressed;
}
