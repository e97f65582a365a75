import { canonicalJson } from '../../harness/canonical-json.ts';
import { armNameOf, seedless } from '../../harness/cell-name.ts';
import { shortDigest } from '../../harness/digest.ts';
import { extraSeeds, freshSeeds, nightSchema } from '../../harness/night.ts';
import { type CellRecord, gatedMeasure } from '../../harness/record.ts';
import { armKey, grouped } from '../arms.ts';
import type { Baseline, BaselineEntry } from '../baseline.ts';
import { acceptedLevel, isSameAcceptance } from './accepted-level.ts';
import { type CellRole, cellsOf, type History, type HistoryCell } from './history-line.ts';

/** A finished night, as run.json tells of it. */
export interface NightRun {
  night: string;
  /** When it began. */
  run: string;
  commit: string | null;
}

/** What a night's records add to a history; and how many of them do not, which no later night can repeat. */
export interface NightCells {
  cells: HistoryCell[];
  leftOut: number;
}

/** The cells of a night, without those that failed, were tried out, or are of methods from files. */
export function nightCells(records: readonly CellRecord[], { night, run, commit }: NightRun): NightCells {
  const rolesOf = new Map<string, ReadonlyMap<number, CellRole>>();
  const cells = records.flatMap((record): HistoryCell[] => {
    const { methodDigest, overrides } = record.config;
    if (record.status === 'failed' || overrides !== undefined || methodDigest !== undefined) return [];
    // What has no weights is computed from the configuration alone: its seeds tell nothing of chance.
    if (record.weights_digest === null) return [];
    const { suite, profile, cell, seed, status, train_loss, program, parameters, nonzero_parameters, macs } = record;
    const key = canonicalJson([suite, profile]);
    const roles = rolesOf.get(key) ?? rolesOfNight(suite, profile, night);
    rolesOf.set(key, roles);
    const { metric, value } = gatedMeasure(record);
    return [
      {
        type: 'cell',
        night,
        role: roles.get(seed) ?? 'fixed',
        run,
        commit,
        program,
        ...placeOf(record.fingerprint),
        cell,
        arm: armNameOf(record),
        seed,
        configuration: configurationOf(record.config),
        metric,
        value,
        loss: train_loss,
        status,
        parameters,
        nonzero_parameters,
        macs,
        ...speedOf(record),
      },
    ];
  });
  return { cells, leftOut: records.length - cells.length };
}

/** What the seeds that a date decides are to its night. */
function rolesOfNight(suite: string, profile: string, night: string): Map<number, CellRole> {
  const fresh = freshSeeds(suite, profile, night).map((seed) => [seed, 'fresh'] as const);
  return new Map([...fresh, ...extraSeeds(suite, profile, night).map((seed) => [seed, 'extra'] as const)]);
}

/** The history with a night's cells, and with the accepted ones of the arms that are new in it, or newly accepted. */
export function withNightCells(
  history: History,
  baseline: Baseline,
  night: string,
  cells: readonly HistoryCell[],
): History {
  const run = cells[0]?.run ?? null;
  return { ...history, entries: [...history.entries, ...newlyAccepted(baseline, history, night, run), ...cells] };
}

/**
 * The accepted cells of a baseline whose arm, on its data, the history does not know as they are: of an arm that is new,
 * or was accepted with another configuration, other seeds or other bits.
 *
 * @param night the first that they are held against; stands for a date of acceptance that the baseline does not tell
 * @param run when the night began: what was accepted later is not its arms' level, but where they have no other
 */
export function newlyAccepted(
  baseline: Baseline,
  history: Pick<History, 'entries'>,
  night: string,
  run: string | null = null,
): HistoryCell[] {
  const armOf = ({ arm, data }: Pick<HistoryCell, 'arm' | 'data'>) => canonicalJson([arm, data]);
  const known = grouped(cellsOf(history), armOf);
  return [...grouped(acceptedCells(baseline, night), armOf)].flatMap(([arm, cells]) => {
    const level = acceptedLevel(known.get(arm) ?? []);
    if (level === null) return cells;
    const isLater = run !== null && run < (acceptedAt(baseline, cells) ?? '');
    if (isLater || isSameAcceptance(level.accepted, cells)) return [];
    return cells.map((cell) => ({ ...cell, since: night }));
  });
}

/** When cells of an arm were last accepted; null: the baseline does not tell. */
function acceptedAt({ history }: Baseline, arm: readonly HistoryCell[]): string | null {
  const names = new Set(arm.map(({ cell }) => seedless(cell)));
  return history.findLast(({ cells }) => cells.some((cell) => names.has(seedless(cell))))?.at ?? null;
}

function acceptedCells({ cells, history }: Baseline, night: string): HistoryCell[] {
  const acceptances = new Map(history.flatMap(({ at, cells: names }) => names.map((name) => [name, at] as const)));
  const dateOf = (name: string) => {
    const date = nightSchema.safeParse((acceptances.get(name) ?? history.at(-1)?.at)?.slice(0, 10));
    return date.success ? date.data : night;
  };
  return cells.flatMap((entry): HistoryCell[] => {
    const { cell, seed, status, train_loss: loss, factors, parameters, nonzero_parameters, macs, program } = entry;
    const [gated] = entry.measures;
    if (gated === undefined || entry.weights_digest === null) return [];
    return [
      {
        type: 'cell',
        night: dateOf(cell),
        role: 'accepted',
        run: null,
        commit: null,
        program: program ?? null,
        ...placeOf(entry.fingerprint),
        cell,
        arm: armNameOf(entry),
        seed,
        configuration: configurationOf(entry.config),
        weights: entry.weights_digest,
        factors,
        metric: gated.metric,
        value: gated.value,
        loss,
        status,
        parameters,
        nonzero_parameters,
        macs,
        ...speedOf(entry),
      },
    ];
  });
}

/** The speed of a cell's launch; nothing where none was timed. */
function speedOf({ launch }: Pick<BaselineEntry, 'launch'>): Pick<HistoryCell, 'x' | 'c' | 'void'> {
  if (launch === undefined) return {};
  return { x: launch.x, c: launch.c, ...(launch.void.length === 0 ? {} : { void: launch.void }) };
}

function configurationOf(config: object): string {
  return shortDigest(armKey(config));
}

/** Digest of the environment, and the data, that a fingerprint tells of. */
function placeOf(fingerprint: { data: string }): Pick<HistoryCell, 'environment' | 'data'> {
  const { data, ...environment } = fingerprint;
  return { environment: shortDigest(canonicalJson(environment)), data };
}
