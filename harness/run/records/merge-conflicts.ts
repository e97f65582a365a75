import { grouped } from '../../../baselines/arms.ts';
import { someOf } from '../../../baselines/wording.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { arithmeticOf } from '../../fingerprint.ts';
import { type CellRecord, type FinishedRecord, gatedMetric, gatedValue } from '../../record.ts';
import type { MergeSource } from './merge-sources.ts';
import type { CellIds } from './run-file.ts';
import { recordPath, storeAt } from './store.ts';

/** A record, and where it lies. */
export interface Placed<R extends CellRecord = CellRecord> {
  record: R;
  path: string;
}

/** The records of all sources, in the order of the sources. */
export function placedRecords(sources: readonly MergeSource[]): Placed[] {
  return sources.flatMap(({ outDir, records }) =>
    records.map((record) => ({ record, path: recordPath(storeAt(outDir), record.cell) })),
  );
}

/**
 * Why sources are not parts of one run, a sentence each; none where they are: one suite and profile, one version of the
 * program and the engine, one plan, the same data, every cell once, and what cells read from each other.
 */
export function conflictsOf(sources: readonly MergeSource[]): string[] {
  const placed = placedRecords(sources);
  const finished = placed.filter(isFinished);
  return [
    ...suitesOf(sources, placed),
    ...versionsOf(sources),
    ...plansOf(sources),
    ...ofOtherPlan(sources, placed),
    ...differing('program', finished, ({ record }) => record.program),
    ...engineFields.flatMap((field) => differing(field, finished, ({ record }) => record.fingerprint[field])),
    ...differing('arithmetic', finished, ({ record }) => arithmeticOf(record.fingerprint)),
    ...dataOf(finished),
    ...twiceOf(placed),
    ...needsOf(placed),
  ];
}

function isFinished(placed: Placed): placed is Placed<FinishedRecord> {
  return placed.record.status !== 'failed';
}

const engineFields = ['engine', 'tensorflow', 'binding'] as const;

/** Each value of something that should have one, with where it is from; nothing where it has one. */
function differing<T extends { path: string }>(
  what: string,
  items: readonly T[],
  valueIn: (item: T) => string,
): string[] {
  const groups = grouped(items, valueIn);
  if (groups.size < 2) return [];
  const values = [...groups].map(([value, members]) => `${value} (${someOf(members.map(({ path }) => path))})`);
  return [`${what} is not the same everywhere: ${values.join(', ')}`];
}

function suitesOf(sources: readonly MergeSource[], placed: readonly Placed[]): string[] {
  const named = [
    ...runFiles(sources).map(({ path, run: { suite, profile } }) => ({ path, suite, profile })),
    ...placed.map(({ path, record: { suite, profile } }) => ({ path, suite, profile })),
  ];
  return (['suite', 'profile'] as const).flatMap((field) => differing(field, named, (item) => item[field]));
}

function runFiles(sources: readonly MergeSource[]) {
  return sources.map(({ outDir, run }) => ({ path: `${outDir}/run.json`, run }));
}

function versionsOf(sources: readonly MergeSource[]): string[] {
  const files = runFiles(sources);
  const known = files.filter(({ run }) => run.versions.dirty !== undefined);
  return [
    ...differing('version of Factorbench', files, ({ run }) => run.versions.factorbench),
    ...differing('commit', files, ({ run }) => run.versions.commit ?? 'unknown'),
    ...differing('what was changed and not committed', known, ({ run: { versions } }) =>
      versions.dirty === true ? `changes ${versions.changes ?? 'unknown'}` : 'nothing',
    ),
  ];
}

/** The plan that the sources have in common; null where none says its names. */
export function planOf(sources: readonly MergeSource[]): CellIds | null {
  return sources.find(({ run }) => run.plan_cells !== undefined)?.run.plan_cells ?? null;
}

function plansOf(sources: readonly MergeSource[]): string[] {
  const [left, ...others] = runFiles(sources).filter(({ run }) => run.plan_cells !== undefined);
  if (left === undefined)
    return differing('number of cells of the plan', runFiles(sources), (file) => `${file.run.cells_of_plan}`);
  return others.flatMap((right) => {
    const [a, b] = [left.run.plan_cells ?? {}, right.run.plan_cells ?? {}];
    const only = (these: CellIds, those: CellIds) => Object.keys(these).filter((cell) => those[cell] === undefined);
    const changed = Object.keys(a).filter((cell) => b[cell] !== undefined && b[cell] !== a[cell]);
    const parts = [
      [`only the first has`, only(a, b)] as const,
      [`only the second has`, only(b, a)] as const,
      [`they configure differently`, changed] as const,
    ].filter(([, cells]) => cells.length > 0);
    if (parts.length === 0) return [];
    const what = parts.map(([says, cells]) => `${says} ${someOf(cells)}`).join('; ');
    return [`the plans of ${left.path} and ${right.path} differ: ${what}`];
  });
}

function ofOtherPlan(sources: readonly MergeSource[], placed: readonly Placed[]): string[] {
  const plan = planOf(sources);
  return placed
    .filter(({ record }) => (plan?.[record.cell] ?? record.id) !== record.id)
    .map(
      ({ record, path }) =>
        `${path} is of another configuration (id ${record.id}) than the plan (${plan?.[record.cell]})`,
    );
}

/** Cells of one specification of data must have been given the same. */
function dataOf(finished: readonly Placed<FinishedRecord>[]): string[] {
  const specified = finished.filter(({ record }) => record.dataset !== null);
  const groups = grouped(specified, ({ record: { config } }) =>
    canonicalJson([config.task, 'dataset' in config ? config.dataset : null]),
  );
  return [...groups.values()].flatMap((members) =>
    differing(
      `data of ${members[0]?.record.dataset}`,
      members,
      ({ record }) => `${record.data_source} ${record.fingerprint.data}`,
    ),
  );
}

/**
 * Cells that two folders have finished. Only one that others read from may come twice, with the same result: every
 * folder computes what its cells need.
 */
function twiceOf(placed: readonly Placed[]): string[] {
  const needed = new Set(placed.flatMap(({ record }) => record.needs.map(({ id }) => id)));
  return [...grouped(placed, ({ record }) => record.cell).values()].flatMap(([left, ...others]) =>
    others.flatMap((right) => (left === undefined ? [] : twinProblem(left, right, needed))),
  );
}

function twinProblem(left: Placed, right: Placed, needed: ReadonlySet<string>): string[] {
  const both = `${left.path} and ${right.path}`;
  if (left.record.id !== right.record.id) {
    return [`${both} are of different configurations (ids ${left.record.id} and ${right.record.id})`];
  }
  if (!isFinished(left) || !isFinished(right)) return [];
  const [before, after] = [resultOf(left.record), resultOf(right.record)];
  const field = Object.keys(before).find((name) => before[name] !== after[name]);
  if (field !== undefined) return [`${both} contradict each other: ${field} is ${before[field]} and ${after[field]}`];
  return needed.has(left.record.id) ? [] : [`${both} are of the same cell; leave one of them out`];
}

/** What two runs of a cell must have in common, by name. */
function resultOf(record: FinishedRecord): Record<string, string | number | null> {
  const { status, weights_digest, result_digest } = record;
  return { status, weights_digest, [gatedMetric(record)]: gatedValue(record), result_digest };
}

/** A cell must have read what a needed cell's record gives. */
function needsOf(placed: readonly Placed[]): string[] {
  const byId = grouped(placed, ({ record }) => record.id);
  return placed.filter(isFinished).flatMap(({ record, path }) =>
    record.needs.flatMap(({ id, role, cell }, at) => {
      const found = byId.get(id) ?? [];
      const needed = found.find(isFinished) ?? found[0];
      if (needed === undefined)
        return [`${path} reads from ${cell} (its ${role}), which no folder holds; merge that too`];
      const given = isFinished(needed) ? needed.record.result_digest : 'none';
      if (given === record.needed_digests[at]) return [];
      return [
        `${path} and ${needed.path} do not fit together: the first read the result ${record.needed_digests[at]} of the ` +
          `second, which gives ${given}`,
      ];
    }),
  );
}
