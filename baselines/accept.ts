import { canonicalJson } from '../harness/canonical-json.ts';
import { UsageError } from '../harness/errors.ts';
import { type CellRecord, type FinishedRecord, passes } from '../harness/record.ts';
import type { Baseline, BaselineEntry } from './baseline.ts';
import { baselineVersion, entryOf } from './baseline.ts';
import { someOf } from './wording.ts';

/**
 * The baseline after accepting `records`, which belong to one suite and profile. An entry with a record's id, or with
 * its cell name and data set (an older configuration of the same cell), is replaced; the other entries stay. Where the
 * baseline holds all of the records' results as they are, it is `previous` itself, history included.
 *
 * @param previous the stored baseline, null where there is none yet
 * @param why the reason, kept in the baseline's history
 * @param at the time of the acceptance, ISO 8601
 * @throws UsageError for an empty reason, no records, records that failed or came twice, or another suite or profile
 */
export function acceptRecords(
  records: readonly CellRecord[],
  previous: Baseline | null,
  why: string,
  at: string = new Date().toISOString(),
): Baseline {
  if (why.trim() === '') {
    throw new UsageError(
      '--why: is empty. Say in one sentence why the new values are right: npm run accept -- SUITE --why TEXT',
    );
  }
  const [first] = records;
  if (!first) throw new UsageError('accept: there are no records. Run the suite first: npm run suite -- SUITE');
  const { suite, profile } = previous ?? first;
  const strangers = records.filter((record) => record.suite !== suite || record.profile !== profile);
  if (strangers.length > 0) {
    throw new UsageError(
      `accept: ${namesOf(strangers)} of ${strangers[0]?.suite}, ${strangers[0]?.profile}, cannot go into the ` +
        `baseline of ${suite}, ${profile}. Accept one suite and profile at a time.`,
    );
  }
  // That a later program computed them changes no result.
  const resultOf = ({ program: _, ...entry }: BaselineEntry) => canonicalJson(entry);
  const held = new Set(previous?.cells.map(resultOf));
  const entries = usable(records)
    .map(entryOf)
    .filter((entry) => !held.has(resultOf(entry)));
  if (previous !== null && entries.length === 0) return previous;
  const replaced = (entry: BaselineEntry) =>
    entries.some((e) => e.id === entry.id || (e.cell === entry.cell && e.dataset === entry.dataset));
  const kept = previous?.cells.filter((entry) => !replaced(entry)) ?? [];
  return {
    version: baselineVersion,
    suite,
    profile,
    history: [...(previous?.history ?? []), { why: why.trim(), at, cells: entries.map((entry) => entry.cell).sort() }],
    cells: [...kept, ...entries],
  };
}

/** The records, all of which have a result. */
function usable(records: readonly CellRecord[]): FinishedRecord[] {
  const failed = records.filter((record) => record.status === 'failed');
  if (failed.length > 0) {
    throw new UsageError(
      `accept: ${namesOf(failed)} failed and cannot become a baseline. Run these cells again, or leave them out with ` +
        '--only.',
    );
  }
  const trials = records.filter(({ config }) => config.overrides !== undefined);
  if (trials.length > 0) {
    throw new UsageError(
      `accept: ${namesOf(trials)} were tried out with --set or --limit, and cannot become a baseline. Leave them out ` +
        'with --only, or run the suite into a folder of its own without these options.',
    );
  }
  const finished = records.filter((record) => record.status !== 'failed');
  const inexact = finished.filter(({ checks }) => !checks.every(passes));
  if (inexact.length > 0) {
    throw new UsageError(
      `accept: ${namesOf(inexact)} failed a check of exactness, which no baseline makes right. Mend what they ` +
        'compute, or leave them out with --only.',
    );
  }
  const twice = records.filter((record, i) => records.findIndex((other) => other.id === record.id) !== i);
  if (twice.length > 0) {
    throw new UsageError(`accept: ${namesOf(twice)} came more than once. Give one output folder, or merge them first.`);
  }
  return finished;
}

function namesOf(records: readonly CellRecord[]): string {
  return someOf(records.map(({ cell }) => cell));
}
