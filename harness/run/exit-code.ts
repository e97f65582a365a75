import type { CellRecord, Verdict } from '../record.ts';

/** The program's exit codes; the command line's documentation names the same. */
export const exitCodes = { passed: 0, regressed: 1, usage: 2, inconclusive: 3, interrupted: 130 } as const;

export interface Outcome {
  records: readonly CellRecord[];
  verdicts: readonly Verdict[];
  /** Also asks that every cell could be judged: neither inconclusive nor without a baseline. */
  strict: boolean;
  interrupted: boolean;
  /** Something that was to run could not be planned. */
  refused?: boolean;
}

/** The exit code of a run or a check. Interrupted goes before failed, failed and regressed before inconclusive. */
export function exitCodeOf({ records, verdicts, strict, interrupted, refused = false }: Outcome): number {
  const verdictIs = (...names: readonly string[]) => verdicts.some(({ verdict }) => names.includes(verdict));
  if (interrupted) return exitCodes.interrupted;
  if (refused || records.some((record) => record.status === 'failed') || verdictIs('regressed', 'failed')) {
    return exitCodes.regressed;
  }
  return strict && verdictIs('inconclusive', 'no-baseline') ? exitCodes.inconclusive : exitCodes.passed;
}
