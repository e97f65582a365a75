import { canonicalJson } from '../harness/canonical-json.ts';
import { seedless } from '../harness/cell-name.ts';
import { UsageError } from '../harness/errors.ts';
import { differingEnvironment } from '../harness/fingerprint.ts';
import { type CellRecord, type FinishedRecord, passes } from '../harness/record.ts';
import { grouped } from './arms.ts';
import type { Baseline, BaselineEntry } from './baseline.ts';
import { baselineVersion, entryKey, entryOf } from './baseline.ts';
import { leftBehind } from './left-behind.ts';
import { acceptedArmKey } from './quality/accepted-arm.ts';
import { completedBy } from './same-result.ts';
import { someOf } from './wording.ts';

/** An acceptance: what is stored of it beside the records. */
export interface Acceptance {
  /** The reason, kept in the baseline's history. */
  why: string;
  /** Time, ISO 8601; left out: now. */
  at?: string;
  /** Of the code that computed the records; null: not known. */
  commit?: string | null;
  /** Entries that the profile plans no more, which are dropped. */
  removed?: readonly BaselineEntry[];
  /** Records of the same run that are not to be stored: what they repeat of an arm belongs to its level. */
  beside?: readonly CellRecord[];
  /** Ids of cells whose speed or memory is another, which is accepted with their results. */
  resources?: ReadonlySet<string> | undefined;
  /** Names of the profile's cells: an arm that it trains with fewer seeds is accepted with those; null: not known. */
  planned?: ReadonlySet<string> | null;
}

/** Fewer accepted seeds give an arm of a profile that is judged by quality no spread to be judged by. */
const fewestSeeds = 3;

/**
 * The baseline after accepting `records`, which belong to one suite and profile. An entry with a record's id and data is
 * replaced, and so is one of an older configuration of the same cell on the same data set, whatever its files were; the
 * other entries stay, such as those of the same cell on other files, but for those of an arm that has come to other bits
 * and that were not run again. An entry whose result the records repeat stays as it is but for what it lacks, such as a
 * launch, and is no part of the acceptance: where nothing else is new, the history stays, and where nothing is lacking,
 * it is `previous` itself.
 *
 * @param previous the stored baseline, null where there is none yet
 * @throws UsageError for an empty reason, nothing to accept, records that failed, came twice or are of several
 *   environments, fewer than 3 seeds of a nightly arm, or another suite or profile
 */
export function acceptRecords(
  records: readonly CellRecord[],
  previous: Baseline | null,
  {
    why,
    at = new Date().toISOString(),
    commit = null,
    removed = [],
    beside = [],
    resources = new Set(),
    planned = null,
  }: Acceptance,
): Baseline {
  if (why.trim() === '') {
    throw new UsageError(
      '--why: is empty. Say in one sentence why the new values are right: npm run accept -- SUITE --why TEXT',
    );
  }
  const of = previous ?? records[0];
  if (of === undefined || records.length + removed.length === 0) {
    throw new UsageError('accept: there are no records. Run the suite first: npm run suite -- SUITE');
  }
  const { suite, profile } = of;
  const strangers = records.filter((record) => record.suite !== suite || record.profile !== profile);
  if (strangers.length > 0) {
    throw new UsageError(
      `accept: ${namesOf(strangers)} of ${strangers[0]?.suite}, ${strangers[0]?.profile}, cannot go into the ` +
        `baseline of ${suite}, ${profile}. Accept one suite and profile at a time.`,
    );
  }
  const stored = new Map(previous?.cells.map((entry) => [entryKey(entry), entry] as const));
  const ran = usable(records).map(entryOf);
  const completed = new Map<string, BaselineEntry>();
  const entries = ran.flatMap((entry) => {
    const key = entryKey(entry);
    const held = stored.get(key);
    const same = held === undefined || resources.has(entry.id) ? null : completedBy(held, entry);
    if (same !== null) completed.set(key, same);
    return same === null ? [withHeldTolerances(entry, held)] : [];
  });
  const completedOr = (entry: BaselineEntry) => completed.get(entryKey(entry)) ?? entry;
  if (previous !== null && entries.length + removed.length === 0) {
    const cells = previous.cells.map(completedOr);
    return canonicalJson(cells) === canonicalJson(previous.cells) ? previous : { ...previous, cells };
  }
  const repeated = beside.filter((record) => record.status !== 'failed').map(entryOf);
  const behind = leftBehind([...stored.values()], ran, repeated);
  const dropped = new Set([...removed, ...behind].map(entryKey));
  const isReplaced = (entry: BaselineEntry) =>
    entries.some(
      (e) =>
        entryKey(e) === entryKey(entry) || (e.cell === entry.cell && e.dataset === entry.dataset && e.id !== entry.id),
    );
  const kept = previous?.cells.filter((entry) => !isReplaced(entry) && !dropped.has(entryKey(entry))) ?? [];
  const cells = [...kept.map(completedOr), ...entries];
  if (profile === 'nightly') refuseFewSeeds(entries, { cells, behind, planned });
  const named = [...new Set([...entries, ...removed, ...behind].map(({ cell }) => cell))].sort();
  return {
    version: baselineVersion,
    suite,
    profile,
    history: [...(previous?.history ?? []), { why: why.trim(), at, commit, cells: named }],
    cells,
  };
}

/** The entry with the tolerances of the one that it replaces, where both ask for the same steps. */
function withHeldTolerances(entry: BaselineEntry, held: BaselineEntry | undefined): BaselineEntry {
  const graphs = (of: BaselineEntry) => canonicalJson(of.definition?.graphs ?? null);
  if (held?.first_step_tolerances === undefined || graphs(held) !== graphs(entry)) return entry;
  return { ...entry, first_step_tolerances: held.first_step_tolerances };
}

/**
 * An arm is judged by how much its seeds spread: a nightly's has three at least, or all that its profile plans, as of a
 * sweep, whose quality others' spread then judges.
 */
function refuseFewSeeds(
  entries: readonly BaselineEntry[],
  { cells, behind, planned }: Record<'cells' | 'behind', readonly BaselineEntry[]> & Pick<Acceptance, 'planned'>,
): void {
  const plannedSeeds = grouped([...(planned ?? [])], seedless);
  const fewestOf = ({ cell }: BaselineEntry) => plannedSeeds.get(seedless(cell))?.length ?? fewestSeeds;
  const [seeds, left] = [grouped(cells, acceptedArmKey), grouped(behind, acceptedArmKey)];
  const numberOf = (of: typeof seeds, entry: BaselineEntry) => of.get(acceptedArmKey(entry))?.length ?? 0;
  const few = entries.filter((entry) => numberOf(seeds, entry) < Math.min(fewestSeeds, fewestOf(entry)));
  if (few.length === 0) return;
  const others = few.some((entry) => numberOf(left, entry) > 0);
  const asked = Math.max(fewestSeeds, ...few.map((entry) => numberOf(seeds, entry) + numberOf(left, entry)));
  throw new UsageError(
    `accept: ${namesOf(few)} would leave an arm of a nightly baseline with fewer than ${fewestSeeds} seeds, which do not ` +
      `tell how much it spreads${others ? ', as the seeds beside have other bits and were not run again' : ''}. Run it ` +
      `with --seeds ${asked}, or leave it out with --only.`,
  );
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
  refuseMixed(finished);
  const twice = records.filter(
    (record, i) => records.findIndex((other) => keyOfRecord(other) === keyOfRecord(record)) !== i,
  );
  if (twice.length > 0) {
    throw new UsageError(`accept: ${namesOf(twice)} came more than once. Give one output folder, or merge them first.`);
  }
  return finished;
}

/** Results of several environments are no one level that a later run could keep to. */
function refuseMixed(records: readonly FinishedRecord[]): void {
  const [first] = records;
  if (first === undefined) return;
  for (const { cell, fingerprint } of records) {
    const fields = differingEnvironment(first.fingerprint, fingerprint);
    if (fields.length === 0) continue;
    throw new UsageError(
      `accept: ${first.cell} and ${cell} were computed in two environments (${fields.join(', ')}). Run the suite in one ` +
        'with --fresh, or leave cells out with --only.',
    );
  }
}

/** Of a cell without a result, which has no data either, the id alone. */
function keyOfRecord(record: CellRecord): string {
  return record.status === 'failed' ? record.id : entryKey(record);
}

function namesOf(records: readonly { cell: string }[]): string {
  return someOf(records.map(({ cell }) => cell));
}
