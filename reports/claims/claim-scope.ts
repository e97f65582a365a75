import { armKey, grouped, seedsBy } from '../../baselines/arms.ts';
import { type Baseline, type BaselineEntry, valueOfEntry } from '../../baselines/baseline.ts';
import type { ArmHistories, ArmHistory } from '../../baselines/history/arm-histories.ts';
import { armNameOf } from '../../harness/cell-name.ts';
import type { CellRecord } from '../../harness/record.ts';
import { valueOfGain } from '../../harness/spec/metrics.ts';
import type { BaseConfig } from '../../harness/spec/words.ts';
import { summarizeArms } from '../arms/arm-summary.ts';
import type { TestedArm } from '../arms/tested-arm.ts';

/** The arms of one suite and profile, out of records or of a stored baseline. */
export interface ClaimScope {
  suite: string;
  profile: string;
  /** Where they are from: an output folder, or a baseline and its nights. */
  from: string;
  arms: TestedArm[];
}

/** One scope for each suite and profile that the records of a folder are of. */
export function scopesOfRecords(records: readonly CellRecord[], from: string): ClaimScope[] {
  const keys = new Map(records.map(({ suite, profile }) => [`${suite} ${profile}`, { suite, profile }]));
  return [...keys.values()].map(({ suite, profile }) => {
    const own = records.filter((record) => record.suite === suite && record.profile === profile);
    return { suite, profile, from, arms: summarizeArms(own) };
  });
}

/**
 * The accepted cells, and the seeds of the same arms that nights have trained afresh since. What cells began with is not
 * kept: arms that prune one dense training count as several.
 *
 * @param history of the suite and profile; null: no nights are known
 */
export function scopeOfBaseline({ suite, profile, cells }: Baseline, history: ArmHistories | null): ClaimScope {
  const nights = grouped(history?.arms ?? [], armPlace);
  const arms = seedsBy(cells, ({ config, fingerprint }) => JSON.stringify([armKey(config), fingerprint.data]));
  const place = (of: BaselineEntry) => armPlace({ name: armNameOf(of), data: of.fingerprint.data });
  return {
    suite,
    profile,
    from: history === null || history.nights.length === 0 ? 'baseline' : `baseline, ${history.nights.length} nights`,
    arms: [...arms.values()].map((entries) => armOfEntries(entries, nights.get(place(entries[0]!))?.[0] ?? null)),
  };
}

function armPlace({ name, data }: Pick<ArmHistory, 'name' | 'data'>): string {
  return JSON.stringify([name, data]);
}

function armOfEntries(entries: readonly BaselineEntry[], nights: ArmHistory | null): TestedArm {
  const [first] = entries;
  const metric = first?.measures[0]?.metric;
  if (first === undefined || metric === undefined) throw new Error('armOfEntries: an arm needs an entry');
  const { kind, model, dataset, factors, config } = first;
  const accepted = entries.flatMap((entry): [number, number][] => {
    const value = entry.status === 'completed' ? valueOfEntry(entry) : null;
    return value === null ? [] : [[entry.seed, value]];
  });
  const fresh = [...(nights?.nights.values() ?? [])].flat().flatMap(({ seed, gains }): [number, number][] => {
    return typeof gains.metric === 'number' ? [[seed, valueOfGain(metric, gains.metric)]] : [];
  });
  // What was accepted was a valid configuration then; only fields that every kind has are read of it.
  const own = config as unknown as BaseConfig;
  return {
    kind,
    model,
    dataset,
    factors,
    config: own,
    metric,
    values: new Map([...fresh, ...accepted]),
    completed: [],
  };
}
