import { acceptRecords } from '../../../baselines/accept.ts';
import { type Baseline, type BaselineEntry, entryKey, valueOfEntry } from '../../../baselines/baseline.ts';
import { readBaseline, writeBaseline } from '../../../baselines/baseline-file.ts';
import { differencesOf, driftedCells } from '../../../baselines/differences.ts';
import { type Examined, examine } from '../../../baselines/examine.ts';
import { removedEntries } from '../../../baselines/gate.ts';
import { provenanceOf } from '../../../baselines/provenance.ts';
import { acceptedArmKey } from '../../../baselines/quality/accepted-arm.ts';
import { powerLines } from '../../../baselines/quality/power-text.ts';
import { completedBy } from '../../../baselines/same-result.ts';
import { speedPowerLine } from '../../../baselines/speed/speed-power.ts';
import { counted, someOf } from '../../../baselines/wording.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { UsageError } from '../../errors.ts';
import { indented } from '../../foreign-text.ts';
import { freshSeedsOfRun } from '../../night.ts';
import type { CellRecord, Verdict } from '../../record.ts';
import { lacksOf } from '../../run/records/coverage.ts';
import { isTrial } from '../../trial-notes.ts';
import { gateOf } from '../gate.ts';
import type { Io } from '../io.ts';
import { namesInBaseline } from './check-command.ts';
import { readStoredRun, type StoredRun, type StoredRunOptions } from './stored-run.ts';

export interface AcceptCommandOptions extends StoredRunOptions {
  why: string;
  /** Only cells whose weights another program changed in the same environment. */
  drifted?: boolean;
}

/** Of what a line's text goes on with. */
const indent = 10;

/**
 * Tells what every lane sees differ, then stores the records of a run as the new baseline, drops what the profile plans no
 * more, and tells what changed and what a check against it can find.
 */
export async function acceptCommand(name: string, options: AcceptCommandOptions, io: Io): Promise<number> {
  const run = await readStoredRun(name, options, io, namesInBaseline(io));
  refusePartial(run);
  refuseUnclean(run);
  const { suite, profile, profileSpec } = run;
  const margin = profileSpec.margin;
  const gate = gateOf(suite, profile, options.only);
  const previous = await readBaseline(suite.name, profile, io.baselinesDir);
  const say = (line: string) => io.stdout.write(`${indented(line, indent)}\n`);
  const lasting = withoutFresh(run, say);
  const { cells, groups } = examine(lasting, previous, { margin, gate });
  const records = chosen(lasting, cells, options.drifted === true, say);
  const ran = new Set(records.map(({ id }) => id));
  const removed = options.drifted === true ? [] : removedEntries(previous, gate).filter(({ id }) => !ran.has(id));
  const differing = differencesOf(cells.filter(({ record }) => records.includes(record)));
  for (const line of [...differing, ...groups.map(({ reason }) => `groups     ${reason}`)]) say(line);
  const voids = records.filter((record) => record.status !== 'failed' && (record.launch?.void.length ?? 0) > 0);
  if (voids.length > 0) {
    say(`Void launches, whose speed is not stored: ${someOf(voids.map(({ cell }) => cell))}.`);
  }
  const commit = run.run?.versions.commit ?? null;
  const beside = cells.map(({ record }) => record).filter((record) => !records.includes(record));
  const resources = movedResources(cells, groups);
  const next = acceptRecords(records, previous, {
    why: options.why,
    commit,
    removed,
    beside,
    resources,
    planned: gate.planned,
  });
  if (next === previous) {
    say(`Nothing to change: the baseline of ${suite.name}, ${profile}, holds these results already.`);
    return 0;
  }
  const path = await writeBaseline(next, io.baselinesDir);
  for (const line of changesBetween(previous, next, removed)) say(line);
  if (previous !== null) say(`The baseline before was ${provenanceOf(previous)}.`);
  say(`Wrote ${path}: ${next.cells.length} cells, ${provenanceOf(next)}.`);
  const { seeds } = profileSpec;
  for (const line of [...powerLines(next, { seeds, margin }), speedPowerLine(next, { seeds })]) say(line);
  return 0;
}

/** The records but for those of a night's fresh seeds, which belong to its history. */
function withoutFresh({ suite, profile, run, records }: StoredRun, say: (line: string) => void): CellRecord[] {
  const fresh = freshSeedsOfRun(suite.name, profile, run?.night);
  const lasting = records.filter(({ seed }) => !fresh.has(seed));
  const left = records.length - lasting.length;
  if (left > 0) say(`${counted(left, 'record')} of the night's fresh seeds are left out: they belong to its history.`);
  return lasting;
}

/** The records that belong into the baseline, telling what is left out. */
function chosen(
  records: readonly CellRecord[],
  cells: readonly Examined[],
  onlyDrifted: boolean,
  say: (line: string) => void,
): CellRecord[] {
  // A baseline holds what every checkout can repeat.
  const own = records.filter(({ config }) => config.methodDigest === undefined);
  if (records.length > 0 && own.length === 0)
    throw new UsageError('accept: all records are of methods from files, which have no baseline.');
  const left = records.length - own.length;
  if (left > 0) say(`${left} records of methods from files are left out: they have no baseline.`);
  // What was tried out is refused by its name, not left out.
  const ungated = new Set(
    cells.filter(({ record, match }) => match.kind === 'ungated' && !isTrial(record)).map(({ record }) => record.id),
  );
  const gated = own.filter(({ id }) => !ungated.has(id));
  if (own.length > 0 && gated.length === 0)
    throw new UsageError('accept: the profile plans none of these cells. Add their method to the suite first.');
  if (gated.length < own.length) {
    say(`${counted(own.length - gated.length, 'cell')} that the profile does not plan are left out.`);
  }
  if (!onlyDrifted) return gated;
  const drifted = driftedCells(cells);
  const some = gated.filter(({ id }) => drifted.has(id));
  if (some.length > 0) return some;
  throw new UsageError('accept --drifted: no cell has drifted from the baseline: nothing is to be stored.');
}

/** Ids of the cells whose speed or memory the check calls another: their results may be the same. */
function movedResources(cells: readonly Examined[], groups: readonly Verdict[]): Set<string> {
  const isMoved = ({ lane, verdict }: Pick<Verdict, 'lane' | 'verdict'>) =>
    verdict === 'regressed' && (lane === 'speed' || lane === 'memory');
  // A reference that is slower is in every launch.
  const isSlower = groups.some(isMoved);
  const moved = cells.filter(
    ({ record, findings }) => findings.some(isMoved) || (isSlower && record.launch !== undefined),
  );
  return new Set(moved.map(({ record }) => record.id));
}

/** What was computed by code that no commit holds could not be computed again. */
function refuseUnclean({ outDir, run }: StoredRun): void {
  if (run?.versions.dirty !== true) return;
  throw new UsageError(
    `accept: ${outDir} was run with files that differ from their commit, so that nothing says what computed it. Commit ` +
      'them, and run the suite again.',
  );
}

/** A baseline is made of whole runs: what was to be measured and was not would be missed by no later check. */
function refusePartial(stored: StoredRun): void {
  const { outDir } = stored;
  const lacks = lacksOf(stored);
  if (lacks.length === 0) return;
  throw new UsageError(
    `accept: ${outDir} is not a whole run: ${lacks.join(' ')} Run the suite into it to the end, as before: it goes on ` +
      'where it stopped; or leave out the cells that are missing with --only.',
  );
}

/**
 * One line for each entry that was added, completed, replaced, dropped with its arm's level or removed; equal entries are
 * counted in the last line.
 *
 * @param removed entries that the profile plans no more
 */
export function changesBetween(
  previous: Baseline | null,
  next: Baseline,
  removed: readonly BaselineEntry[] = [],
): string[] {
  const before = new Map((previous?.cells ?? []).map((entry) => [entryKey(entry), entry]));
  const kept = new Set(next.cells.map(entryKey));
  const lines: string[] = [];
  let unchanged = 0;
  for (const entry of next.cells) {
    const key = entryKey(entry);
    // Of another configuration of the same cell, where the baseline has it no more.
    const older = () => [...before].find(([of, { cell }]) => cell === entry.cell && !kept.has(of))?.[0];
    const oldKey = before.has(key) ? key : older();
    const old = oldKey === undefined ? undefined : before.get(oldKey);
    if (oldKey !== undefined) before.delete(oldKey);
    if (old === undefined) lines.push(`added     ${entry.cell}: value ${valueOfEntry(entry)}`);
    else if (canonicalJson(old) === canonicalJson(entry)) unchanged++;
    else if (oldKey === key && canonicalJson(completedBy(old, entry)) === canonicalJson(entry)) {
      lines.push(`completed ${entry.cell}: with what its entry lacked; the result is the same`);
    } else
      lines.push(
        `replaced  ${entry.cell}: value ${valueOfEntry(old)} -> ` +
          `${valueOfEntry(entry)}${old.id === entry.id ? '' : ', new id'}`,
      );
  }
  const [arms, unplanned] = [new Set(next.cells.map(acceptedArmKey)), new Set(removed.map(entryKey))];
  for (const [key, entry] of before) {
    const isLeft = arms.has(acceptedArmKey(entry)) && !unplanned.has(key);
    const why = ': not run again, and its arm has other bits now';
    lines.push(isLeft ? `dropped   ${entry.cell}${why}` : `removed   ${entry.cell}`);
  }
  return [...lines, `${unchanged} unchanged.`];
}
