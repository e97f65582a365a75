import type { CellRecord, Verdict } from '../harness/record.ts';

/** What a report is made of: the records of one run, and what the check said of them. */
export interface ReportInput {
  title: string;
  suite: string;
  profile: string;
  records: readonly CellRecord[];
  /** Number of cells that the plan holds, with a record or without. */
  planned: number;
  /** One a record; empty where nothing was checked. */
  verdicts: readonly Verdict[];
  /** The folder that the run was told its data sets are in, absolute; left out or null: it was told none. */
  dataDir?: string | null | undefined;
  /** Sentences for the reader: what the profile reduces, which data stood in. */
  notes: readonly string[];
}
