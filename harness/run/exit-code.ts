import { UsageError } from '../errors.ts';
import { alarms, type CellRecord, unaccepted, type Verdict } from '../record.ts';
import { fileProblem } from '../setup/file-errors.mjs';

/** The program's exit codes; the command line's documentation names the same. */
export const exitCodes = {
  passed: 0,
  regressed: 1,
  usage: 2,
  inconclusive: 3,
  unaccepted: 4,
  interrupted: 130,
} as const;

/** What a history's verdict comes to: a suspect that more seeds do not resolve is for people to look at. */
export const exitCodeOfHistory = {
  pass: exitCodes.passed,
  suspect: exitCodes.inconclusive,
  regressed: exitCodes.regressed,
} as const;

/** What fails beside alarms. */
export interface Fails {
  /** What is changed, removed, of other data or without a baseline, until it is accepted. */
  unaccepted: boolean;
  /** Other bits than the accepted ones, where no lane behind judges by how much. */
  drift: boolean;
  inconclusive: boolean;
}

/**
 * A night that nobody looks at fails for what is not accepted; who asks for `strict` also for what stays undecided. Of
 * `smoke`, whose trainings are too short for its quality to be judged, other bits are to be accepted then.
 */
export function failsOf(profile: string, strict: boolean): Fails {
  return { unaccepted: strict || profile === 'nightly', drift: strict && profile === 'smoke', inconclusive: strict };
}

export interface Outcome {
  records: readonly CellRecord[];
  verdicts: readonly Verdict[];
  fails: Fails;
  interrupted: boolean;
  /** Every cell that was to be measured has a record. */
  whole: boolean;
}

/**
 * The exit code of a run or a check. Interrupted goes before failed; failed, regressed, irreproducible and a part that
 * is missing go before what is not accepted, and that before inconclusive.
 */
export function exitCodeOf({ records, verdicts, fails, interrupted, whole }: Outcome): number {
  const verdictIs = (...names: readonly string[]) => verdicts.some(({ verdict }) => names.includes(verdict));
  if (interrupted) return exitCodes.interrupted;
  if (!whole || records.some((record) => record.status === 'failed') || verdictIs(...alarms)) {
    return exitCodes.regressed;
  }
  if ((fails.unaccepted && verdictIs(...unaccepted)) || (fails.drift && verdictIs('drift')))
    return exitCodes.unaccepted;
  return fails.inconclusive && verdictIs('inconclusive') ? exitCodes.inconclusive : exitCodes.passed;
}

/** The exit code of what was thrown: bad input and the system's refusals of files, or a fault of the program. */
export function exitCodeOfError(error: unknown): number {
  // SetupError says for the set-up what UsageError says elsewhere; importing its class would load the set-up.
  const isUsage = error instanceof UsageError || (error instanceof Error && error.name === 'SetupError');
  return isUsage || fileProblem(error) !== null ? exitCodes.usage : exitCodes.regressed;
}
