import type { CellCommand } from '../harness/cell-command.ts';
import type { CellRecord, Verdict } from '../harness/record.ts';

/** What a report is made of: the records of one run, and what the check said of them. */
export interface ReportInput {
  title: string;
  suite: string;
  profile: string;
  records: readonly CellRecord[];
  /** Names of the planned cells that have no record, in the plan's order. */
  missing: readonly string[];
  /** What else keeps the run from being whole, a sentence each: what could not be planned, an end that never came. */
  gaps: readonly string[];
  /** Of records, and of what the check misses or sees in groups of them; empty where nothing was checked. */
  verdicts: readonly Verdict[];
  /** The folder that the run was told its data sets are in, absolute; left out or null: it was told none. */
  dataDir?: string | null | undefined;
  /** The command that computes a cell again; left out: `suite`. */
  command?: CellCommand | undefined;
  /** What fails junit.xml beside alarms, as it does the run; left out: nothing. */
  fails?: { unaccepted: boolean; inconclusive: boolean } | undefined;
  /** The date of the night that it was; left out: none. */
  night?: string | undefined;
  /** Sentences for the reader: what the profile reduces, which data stood in. */
  notes: readonly string[];
}
