import { readBaseline } from '../../../baselines/baseline-file.ts';
import { type Analysis, analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { type FrozenReference, frozenReference } from '../../../baselines/history/frozen-reference.ts';
import { historyPath, readHistory, writeHistory } from '../../../baselines/history/history-file.ts';
import {
  type History,
  type HistoryMarker,
  type MarkerKind,
  markersOf,
  nightsOf,
} from '../../../baselines/history/history-line.ts';
import { refuseTwice, unionOf } from '../../../baselines/history/history-text.ts';
import { nightCells, withNightCells } from '../../../baselines/history/new-cells.ts';
import { historyVerdict, suspectNights } from '../../../baselines/history/verdict.ts';
import { historyLines, historyPage, seriesColumns } from '../../../reports/history/history-page.ts';
import { writeFileAtomically } from '../../atomic-file.ts';
import { UsageError } from '../../errors.ts';
import { exitCodeOfHistory } from '../../run/exit-code.ts';
import { lacksOf } from '../../run/records/coverage.ts';
import { type Io, table } from '../io.ts';
import { type SelectedSuite, selectSuite } from '../run/select-suite.ts';
import { readStoredRun } from './stored-run.ts';

export interface HistoryOptions {
  profile: string;
  /** The history's file. */
  history?: string;
  /** Output folders of finished nights. */
  append?: string[];
  /** Files of other histories. */
  union?: string[];
  mark?: MarkerKind;
  night?: string;
  why?: string;
  /** The page to write. */
  html?: string;
  json?: boolean;
}

/** Series that the console shows. */
const shownSeries = 10;

/** Adds nights, other files and marks to a suite's history, and tells what it says by now. */
export async function historyCommand(name: string | undefined, options: HistoryOptions, io: Io): Promise<number> {
  const selected = selectSuite(name, options.profile);
  const { profile } = selected;
  const suite = selected.suite.name;
  const file = options.history ?? historyPath(suite, profile, io.baselinesDir);
  const before = await readHistory(file, suite, profile);
  const others = await Promise.all((options.union ?? []).map((path) => otherHistory(path, selected)));
  const begun = before ?? others[0] ?? { suite, profile, entries: [] };
  let history = unionOf(begun, others);
  for (const dir of options.append ?? []) history = await withNight(history, dir, selected, io);
  history = withMark(history, options);
  if (history.entries.length === 0) {
    throw new UsageError(
      `There is no history in ${file}. Add the output folder of a finished night with --append DIR, or name another ` +
        'file with --history.',
    );
  }
  refuseTwice(history.entries, `history of ${suite}, ${profile}`);
  if (history.entries.length > (before?.entries.length ?? 0)) await writeHistory(file, history);
  const analysis = analyse(armHistories(history));
  const frozen = frozenReference(history);
  if (options.html !== undefined) {
    await writeFileAtomically(
      options.html,
      await historyPage(history, analysis, frozen),
      'name another file with --html',
    );
  }
  if (options.json === true) io.stdout.write(`${JSON.stringify(resultOf(history, analysis, frozen), null, 2)}\n`);
  else io.stdout.write(historyText(history, analysis, frozen));
  return exitCodeOfHistory[historyVerdict(analysis)];
}

async function otherHistory(path: string, { suite, profile }: SelectedSuite): Promise<History> {
  const other = await readHistory(path, suite.name, profile);
  if (other === null) throw new UsageError(`--union ${path}: there is no such file.`);
  return other;
}

/** The history with the records of a finished night, and with accepted seeds of the arms that are new in it. */
async function withNight(history: History, dir: string, { suite, profile }: SelectedSuite, io: Io): Promise<History> {
  const stored = await readStoredRun(suite.name, { profile, out: dir }, io);
  const { run, records } = stored;
  if (run?.night === undefined) {
    throw new UsageError(`--append ${dir}: is no night: it was run without --night, and so brings no fresh seeds.`);
  }
  const lacks = lacksOf(stored);
  if (lacks.length > 0) {
    throw new UsageError(`--append ${dir}: is not a whole night: ${lacks.join(' ')} Run the suite into it to the end.`);
  }
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  if (baseline === null) {
    throw new UsageError(
      `--append ${dir}: there is no baseline of ${suite.name}, ${profile}, which the nights are held against: store one ` +
        'with npm run accept.',
    );
  }
  const { night, started_at: began, versions } = run;
  const { cells, leftOut } = nightCells(records, { night, run: began, commit: versions.commit });
  const note = leftOut === 0 ? '' : `; ${leftOut} left out: failed, tried out, from files, or without weights`;
  io.stderr.write(`Night ${night} of ${dir}: ${cells.length} cells${note}.\n`);
  return withNightCells(history, baseline, night, cells);
}

function withMark(history: History, { mark, night, why }: HistoryOptions): History {
  if (mark === undefined) {
    const idle = night === undefined ? (why === undefined ? null : '--why') : '--night';
    if (idle !== null) throw new UsageError(`${idle}: belongs to a mark; say which with --mark.`);
    return history;
  }
  if (night === undefined || why === undefined) {
    throw new UsageError(`--mark ${mark}: needs --night DATE and --why TEXT.`);
  }
  const nights = nightsOf(history);
  if (!nights.includes(night)) {
    const known = nights.length === 0 ? 'holds none' : `holds ${nights.length}, ${nights[0]} to ${nights.at(-1)}`;
    throw new UsageError(`--night ${night}: is no night of the history, which ${known}.`);
  }
  const at = new Date().toISOString();
  const marker: HistoryMarker = { type: 'marker', kind: mark, night, until: nights.at(-1)!, why: why.trim(), at };
  return { ...history, entries: [...history.entries, marker] };
}

function historyText(history: History, analysis: Analysis, frozen: FrozenReference | null): string {
  const rows = analysis.series.slice(0, shownSeries).map((series) => seriesColumns.map(({ cell }) => cell(series)));
  const more = analysis.series.length - rows.length;
  const head = seriesColumns.map(({ name }) => name);
  return (
    `${historyLines(history, analysis, frozen).join('\n')}\n\n${table([head, ...rows])}` +
    `${more > 0 ? `and ${more} series with less evidence.\n` : ''}`
  );
}

function resultOf(history: History, analysis: Analysis, frozen: FrozenReference | null) {
  const { suite, profile } = history;
  const { evidence, gain, labels, course, unknown } = analysis;
  const series = analysis.series.map(({ values: _, shares, gainShare, changeNight, ...rest }) => {
    return { ...rest, evidence: shares.at(-1) ?? 0, gain: gainShare, change_night: changeNight };
  });
  return {
    suite,
    profile,
    verdict: historyVerdict(analysis),
    evidence,
    gain,
    nights: nightsOf(history),
    course: labels.map((night, at) => ({ night, evidence: course[at] })),
    suspects: suspectNights(history, analysis),
    markers: markersOf(history),
    frozen,
    without_level: unknown,
    series,
  };
}
