import { compareRuns } from '../../../reports/comparison/compare-runs.ts';
import { comparisonCsv } from '../../../reports/comparison/comparison-csv.ts';
import { worseArms } from '../../../reports/comparison/comparison-gate.ts';
import { renderComparison } from '../../../reports/comparison/comparison-table.ts';
import { UsageError } from '../../errors.ts';
import { chosenBy } from '../../name-matcher.ts';
import type { CellRecord } from '../../record.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { Io } from '../io.ts';
import { recordsIn } from './stored-run.ts';

export interface CompareOptions {
  /** Globs on cell names. */
  only?: string[];
  csv?: boolean;
  json?: boolean;
  /** How much worse an arm's estimate may be, in its metric's unit. */
  failBelow?: number;
}

/** Prints how the second output folder differs from the first, arm by arm; what `failBelow` refuses goes to stderr. */
export async function compareCommand(left: string, right: string, options: CompareOptions, io: Io): Promise<number> {
  if (options.json === true && options.csv === true) {
    throw new UsageError('--json with --csv: stdout can hold only one of them; leave one away.');
  }
  const before = { name: left, records: await recordsOf(left, options.only, io) };
  const after = { name: right, records: await recordsOf(right, options.only, io) };
  const comparisons = compareRuns(before, after);
  const { failBelow } = options;
  const worse = failBelow === undefined ? [] : worseArms(comparisons, failBelow);
  if (options.json === true) io.stdout.write(`${JSON.stringify(comparisons, null, 2)}\n`);
  else io.stdout.write(options.csv === true ? comparisonCsv(comparisons) : renderComparison(comparisons));
  if (worse.length === 0) return exitCodes.passed;
  io.stderr.write(`Worse by more than ${failBelow}, or lost:\n${worse.map((line) => `  ${line}\n`).join('')}`);
  return exitCodes.regressed;
}

async function recordsOf(dir: string, only: string[] | undefined, io: Io): Promise<CellRecord[]> {
  const records = await recordsIn('compare', dir, io);
  return chosenBy(only, records, ({ cell }) => cell, `${records.length} records in ${dir}`);
}
