import { type CellRecord, type FinishedRecord, gatedValue } from '../../harness/record.ts';
import { gainOf, metricOf } from '../../harness/spec/metrics.ts';
import { armKey } from '../arms.ts';
import { type Baseline, type BaselineEntry, valueOfEntry } from '../baseline.ts';
import { isComputed, type Pair } from '../lanes/lane.ts';
import { weights } from '../lanes/weights.ts';
import type { QualityArm } from './judge.ts';
import type { SeedValue } from './spread.ts';

/** An arm of the baseline on one data set's files, with the records of it. */
export interface AcceptedArm {
  metric: string;
  entries: BaselineEntry[];
  records: FinishedRecord[];
}

/** What an entry or a record belongs to: the configuration without the seed, and the data. */
export function acceptedArmKey({ config, fingerprint }: { config: object; fingerprint: { data: string } }): string {
  return `${armKey(config)} ${fingerprint.data}`;
}

/** The baseline's arms by key, in its order, each with the finished records of it, of whatever seed. */
export function acceptedArms(records: readonly CellRecord[], baseline: Baseline | null): Map<string, AcceptedArm> {
  const arms = new Map<string, AcceptedArm>();
  for (const entry of baseline?.cells ?? []) {
    const key = acceptedArmKey(entry);
    const arm = arms.get(key) ?? { metric: entry.measures[0]!.metric, entries: [], records: [] };
    arms.set(key, arm);
    arm.entries.push(entry);
  }
  for (const record of records) if (record.status !== 'failed') arms.get(acceptedArmKey(record))?.records.push(record);
  return arms;
}

/** The records and entries of one seed. */
function pairsOf({ records, entries }: AcceptedArm): Pair[] {
  return records.flatMap((record) => {
    const entry = entries.find(({ id }) => id === record.id);
    return entry === undefined ? [] : [{ record, entry }];
  });
}

/** Whether every record repeats the bits of its entry: there is nothing to test. */
function isReproduced(arm: AcceptedArm): boolean {
  const pairs = pairsOf(arm);
  return pairs.length === arm.records.length && pairs.every((pair) => weights(pair)?.verdict === 'reproduced');
}

/** An arm as the statistics take it; null: it is computed without chance. */
export function qualityArmOf(arm: AcceptedArm): QualityArm | null {
  const { metric, entries, records } = arm;
  if (pairsOf(arm).some(isComputed)) return null;
  const of = (value: (of: BaselineEntry | FinishedRecord) => number | null) => ({
    accepted: valuesOf(entries, value),
    measured: valuesOf(records, value),
  });
  const gain = (value: number | null) => (value === null ? null : gainOf(metric, value));
  const lossOf = of(({ train_loss: loss }) => (loss === null ? null : -loss));
  return {
    factors: entries[0]!.factors,
    metric: {
      ...of((one) => gain('version' in one ? gatedValue(one) : valueOfEntry(one))),
      resolution: resolutionOf(metric, records),
    },
    loss: lossOf.accepted.length > 0 ? { ...lossOf, resolution: 0 } : null,
    isCompared: records.length > 0 && !isReproduced(arm),
  };
}

/** What completed seeds have. */
function valuesOf<T extends BaselineEntry | FinishedRecord>(
  of: readonly T[],
  read: (one: T) => number | null,
): SeedValue[] {
  return of.flatMap((one) => {
    const value = one.status === 'completed' ? read(one) : null;
    return value === null ? [] : [{ seed: one.seed, value }];
  });
}

/** What one test item changes of a metric that has a full score. */
function resolutionOf(metric: string, records: readonly FinishedRecord[]): number {
  const items = Math.max(0, ...records.map(({ test_examples: count }) => count ?? 0));
  const { full } = metricOf(metric);
  return full === null || items === 0 ? 0 : full / items;
}
