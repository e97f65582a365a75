import { groupByArm } from '../../baselines/arms.ts';
import { type Baseline, type BaselineEntry, valueOfEntry } from '../../baselines/baseline.ts';
import type { CellRecord } from '../../harness/record.ts';
import type { BaseConfig } from '../../harness/spec/words.ts';
import { summarizeArms } from '../arms/arm-summary.ts';
import type { TestedArm } from '../arms/tested-arm.ts';

/** The arms of one suite and profile, out of records or of a stored baseline. */
export interface ClaimScope {
  suite: string;
  profile: string;
  /** Where they are from: an output folder, or `baseline`. */
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

/** The accepted cells. What they began with is not kept: arms that prune one dense training count as several. */
export function scopeOfBaseline({ suite, profile, cells }: Baseline): ClaimScope {
  return { suite, profile, from: 'baseline', arms: [...groupByArm(cells).values()].map(armOfEntries) };
}

function armOfEntries(entries: readonly BaselineEntry[]): TestedArm {
  const [first] = entries;
  const metric = first?.measures[0]?.metric;
  if (first === undefined || metric === undefined) throw new Error('armOfEntries: an arm needs an entry');
  const { kind, model, dataset, factors, config } = first;
  const values = entries.flatMap((entry): [number, number][] => {
    const value = entry.status === 'completed' ? valueOfEntry(entry) : null;
    return value === null ? [] : [[entry.seed, value]];
  });
  // What was accepted was a valid configuration then; only fields that every kind has are read of it.
  const own = config as unknown as BaseConfig;
  return { kind, model, dataset, factors, config: own, metric, values: new Map(values), completed: [] };
}
