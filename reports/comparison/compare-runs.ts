import { grouped } from '../../baselines/arms.ts';
import { type ArmCoordinates, armNameOf } from '../../harness/cell-name.ts';
import { UsageError } from '../../harness/errors.ts';
import { environmentFields, type Fingerprint } from '../../harness/fingerprint.ts';
import type { CellRecord } from '../../harness/record.ts';
import { holm } from '../../harness/statistics/holm.ts';
import { type ArmComparison, compareArm } from './arm-comparison.ts';

/** The records of an output folder. */
export interface ComparedRun {
  /** How sentences call it: the folder, as the user named it. */
  name: string;
  records: readonly CellRecord[];
}

/** An arm that both runs have completed seeds of. */
export interface ComparedArm extends ArmComparison, ArmCoordinates {
  arm: string;
  /** p corrected over all arms of the suite and profile (Holm). */
  adjustedP: number | null;
}

/** An arm that cannot be compared, and why. */
export interface UncomparedArm {
  arm: string;
  reason: string;
  /** Whether it had a completed seed before: it then has none after. */
  isLost: boolean;
}

/** What two runs have of one suite and profile. */
export interface Comparison {
  suite: string;
  profile: string;
  arms: ComparedArm[];
  uncompared: UncomparedArm[];
  /** What of the environment differs: `instruction_set: avx2 -> avx512`. */
  environment: string[];
}

/**
 * Compares two runs, suite by suite and arm by arm. Arms are matched by name, so that their configurations may differ.
 *
 * @throws UsageError where nothing can be compared, and where equal names were measured on other data
 */
export function compareRuns(before: ComparedRun, after: ComparedRun): Comparison[] {
  const [left, right] = [before, after].map(({ records }) =>
    grouped(records, ({ suite, profile }) => `${suite}\n${profile}`),
  );
  const groups = new Set([...left!.keys(), ...right!.keys()]);
  const compared = [...groups].map((group) =>
    compareSuite(
      { name: before.name, records: left!.get(group) ?? [] },
      { name: after.name, records: right!.get(group) ?? [] },
    ),
  );
  if (compared.every(({ arms }) => arms.length === 0)) throw nothingToCompare(compared, before, after);
  return compared;
}

function compareSuite(before: ComparedRun, after: ComparedRun): Comparison {
  const [sample] = [...before.records, ...after.records];
  if (sample === undefined) throw new Error('compareSuite: a suite needs a record on one side at least');
  const [left, right] = [armsOf(before), armsOf(after)];
  refuseOtherData(left, right, before, after);
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const found = names.map((key) => placed([left.get(key) ?? [], right.get(key) ?? []], before, after));
  const arms = found.flatMap(({ arm }) => arm ?? []);
  const adjusted = holm(arms.map(({ p }) => p));
  return {
    suite: sample.suite,
    profile: sample.profile,
    arms: arms.map((arm, i) => ({ ...arm, adjustedP: adjusted[i] ?? null })),
    uncompared: found.flatMap(({ uncompared }) => uncompared ?? []),
    environment: environmentChanges(before.records, after.records),
  };
}

type Placed = { arm: Omit<ComparedArm, 'adjustedP'>; uncompared?: never } | { uncompared: UncomparedArm; arm?: never };

function placed([left, right]: [CellRecord[], CellRecord[]], before: ComparedRun, after: ComparedRun): Placed {
  const [sample] = [...left, ...right];
  if (sample === undefined) throw new Error('placed: an arm needs a record on one side at least');
  const { kind, model, dataset, factors } = sample;
  const arm = armNameOf(sample);
  const comparison = compareArm(left, right);
  if (comparison !== null) return { arm: { arm, kind, model, dataset, factors, ...comparison } };
  const lacking = [
    ...(hasCompleted(left) ? [] : [lackOf(left, before)]),
    ...(hasCompleted(right) ? [] : [lackOf(right, after)]),
  ];
  return { uncompared: { arm, reason: lacking.join('; '), isLost: hasCompleted(left) } };
}

function lackOf(records: readonly CellRecord[], { name }: ComparedRun): string {
  if (records.length === 0) return `not in ${name}`;
  const ends = records.map(({ seed, status }) => `seed ${seed} ${status}`);
  return `no completed seed in ${name} (${ends.join(', ')})`;
}

function hasCompleted(records: readonly CellRecord[]): boolean {
  return records.some(({ status }) => status === 'completed');
}

/** A cell that was tried out with other values is compared with its like only. */
function armsOf({ records }: ComparedRun): Map<string, CellRecord[]> {
  return grouped(records, (record) => JSON.stringify([record.kind, armNameOf(record), record.config.overrides ?? {}]));
}

/** Values of equal names that were measured on other data say nothing of the arms. */
function refuseOtherData(
  left: ReadonlyMap<string, CellRecord[]>,
  right: ReadonlyMap<string, CellRecord[]>,
  before: ComparedRun,
  after: ComparedRun,
): void {
  const problems = [...left].flatMap(([key, records]) => {
    const [was, is] = [valuesOf(records, 'data'), valuesOf(right.get(key) ?? [], 'data')];
    const isOther = was.length > 0 && is.length > 0 && !was.some((digest) => is.includes(digest));
    return isOther ? [`${armNameOf(records[0]!)} (digest ${was.join(', ')} and ${is.join(', ')})`] : [];
  });
  if (problems.length === 0) return;
  throw new UsageError(
    `compare: ${before.name} and ${after.name} were measured on other data: ${someOf(problems)}. Run both on the ` +
      'same files and sizes, or leave these out with --only.',
  );
}

type FingerprintField = keyof Fingerprint & ('data' | (typeof environmentFields)[number]);

/** The values that records with a result have of a field. */
function valuesOf(records: readonly CellRecord[], field: FingerprintField): string[] {
  return [
    ...new Set(records.flatMap((record) => (record.status === 'failed' ? [] : [String(record.fingerprint[field])]))),
  ].sort();
}

function environmentChanges(before: readonly CellRecord[], after: readonly CellRecord[]): string[] {
  return environmentFields.flatMap((field) => {
    const [was, is] = [valuesOf(before, field).join(', '), valuesOf(after, field).join(', ')];
    return was === '' || is === '' || was === is ? [] : [`${field}: ${was} -> ${is}`];
  });
}

function nothingToCompare(compared: readonly Comparison[], before: ComparedRun, after: ComparedRun): UsageError {
  const holds = ({ name, records }: ComparedRun) => {
    const runs = [...new Set(records.map(({ suite, profile }) => `${suite}, profile ${profile}`))];
    return `${name} (${runs.join('; ')})`;
  };
  const reasons = compared.flatMap(({ uncompared }) => uncompared.map(({ arm, reason }) => `${arm}: ${reason}`));
  return new UsageError(
    `compare: ${holds(before)} and ${holds(after)} have no arm with a completed seed in both: ${someOf(reasons)}. ` +
      'Name two runs of one suite and profile, on the same data sets.',
  );
}

/** The first few, and how many more there are. */
function someOf(texts: readonly string[]): string {
  const more = texts.length - 5;
  return texts.slice(0, 5).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
