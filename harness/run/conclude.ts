import type { Baseline } from '../../baselines/baseline.ts';
import { readBaseline } from '../../baselines/baseline-file.ts';
import { checkRecords } from '../../baselines/check.ts';
import type { Gate } from '../../baselines/gate.ts';
import { provenanceOf } from '../../baselines/provenance.ts';
import { speedNotes } from '../../baselines/speed/speed-notes.ts';
import { someOf } from '../../baselines/wording.ts';
import { writeReport } from '../../reports/write-report.ts';
import type { CellCommand } from '../cell-command.ts';
import { cleanText } from '../foreign-text.ts';
import { freshSeedsOfRun } from '../night.ts';
import type { CellRecord, Verdict } from '../record.ts';
import type { ProfileName } from '../spec/words.ts';
import { isTrial, trialNotes } from '../trial-notes.ts';
import type { Fails } from './exit-code.ts';

/** Which suite's baseline applies, to what, and the margin below which a loss is no regression. */
export interface CheckSettings {
  suite: string;
  profile: ProfileName;
  /** In the metric's unit. */
  margin: number;
  gate: Gate;
  /** The date that decided the run's seeds; left out: they are the profile's. */
  night?: string | undefined;
  /** Whether arms that are not decided get more seeds; left out: they do not. */
  escalates?: boolean | undefined;
  /** Folder of the stored baselines; absent: the checkout's. */
  baselinesDir?: string | undefined;
}

/** What records were held against, null where nothing is stored, and what came of it. */
export interface Checked {
  baseline: Baseline | null;
  verdicts: Verdict[];
  /** What is said of the comparison beside verdicts, a sentence each. */
  notes: string[];
}

/**
 * Verdicts of the records against the stored baseline; cells that were tried out have none, and those of a night's fresh
 * seeds, which no baseline can hold: of these, speed and memory count to their arms.
 */
export async function checkAgainstBaseline(
  records: readonly CellRecord[],
  { suite, profile, margin, night, gate, escalates, baselinesDir }: CheckSettings,
): Promise<Checked> {
  const baseline = await readBaseline(suite, profile, baselinesDir);
  const fresh = freshSeedsOfRun(suite, profile, night);
  const own = records.filter((record) => !isTrial(record));
  const judged = own.filter(({ seed }) => !fresh.has(seed));
  const beside = own.filter(({ seed }) => fresh.has(seed));
  return {
    baseline,
    verdicts: checkRecords(judged, baseline, { margin, gate, beside, escalates }),
    notes: speedNotes(own, baseline),
  };
}

/** Which cells have no verdict, and why: fresh seeds of a night, or outside of the gated set; null where all have. */
export function unjudgedNote(
  records: readonly CellRecord[],
  verdicts: readonly Verdict[],
  { suite, profile, night }: Pick<CheckSettings, 'suite' | 'profile' | 'night'>,
): string | null {
  const judged = new Set(verdicts.map(({ cell }) => cell));
  const left = records.filter((record) => !judged.has(record.cell) && !isTrial(record));
  const fresh = freshSeedsOfRun(suite, profile, night);
  const told = (why: string, of: readonly CellRecord[]) =>
    of.length === 0 ? [] : [`Not judged, as ${why}: ${someOf(of.map(({ cell }) => cell))}.`];
  const notes = [
    ...told(
      `they are fresh seeds of ${night}, which the history follows`,
      left.filter(({ seed }) => fresh.has(seed)),
    ),
    ...told(
      'neither the profile nor the baseline holds them',
      left.filter(({ seed }) => !fresh.has(seed)),
    ),
  ];
  return notes.length === 0 ? null : notes.join(' ');
}

export interface ConcludeOptions extends CheckSettings {
  outDir: string;
  title: string;
  records: readonly CellRecord[];
  /** Names of the cells that were to be run and have no record. */
  missing: readonly string[];
  /** What else keeps the run from being whole, a sentence each. */
  gaps: readonly string[];
  /** False: no verdicts. */
  check: boolean;
  /** What fails beside alarms. */
  fails: Fails;
  notes: readonly string[];
  /** The folder that the run was told its data sets are in, absolute; for the command that reproduces a cell. */
  dataDir?: string | null | undefined;
  /** The command that computes a cell again; left out: `suite`. */
  command?: CellCommand | undefined;
}

export interface Conclusion {
  verdicts: Verdict[];
  files: string[];
  summary: string;
}

/** What follows the last record: the verdicts, and the reports written into the output folder. */
export async function conclude(options: ConcludeOptions): Promise<Conclusion> {
  const { outDir, title, suite, profile, night, missing, gaps, fails, dataDir, command } = options;
  const records = [...options.records];
  const unchecked = { baseline: null, verdicts: [], notes: [] };
  const { baseline, verdicts, notes: found } = options.check ? await checkAgainstBaseline(records, options) : unchecked;
  const provenance = baseline === null ? [] : [`Baseline: ${provenanceOf(baseline)}.`];
  const unjudged = options.check ? unjudgedNote(records, verdicts, options) : null;
  const told = [...provenance, ...found, ...(unjudged === null ? [] : [unjudged])];
  const notes = [...new Set([...options.notes, ...told, ...trialNotes(records)])].map((note) => cleanText(note));
  const input = {
    outDir,
    title,
    suite,
    profile,
    night,
    records,
    missing,
    gaps,
    verdicts,
    fails,
    notes,
    dataDir,
    command,
  };
  return { verdicts, ...(await writeReport(input)) };
}
