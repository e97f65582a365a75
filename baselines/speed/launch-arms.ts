import { isDeepStrictEqual } from 'node:util';
import { environmentFields } from '../../harness/fingerprint.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import type { Launch } from '../../harness/spec/launch.ts';
import { grouped } from '../arms.ts';
import type { Baseline, BaselineEntry } from '../baseline.ts';
import { acceptedArmKey } from '../quality/accepted-arm.ts';

/** An entry or a record whose launch was measured. */
type Launched<T> = T & { launch: Launch };

/** An arm on one machine: what was accepted there, and what is measured now. */
export interface LaunchArm {
  entries: Launched<BaselineEntry>[];
  records: Launched<FinishedRecord>[];
}

/** A launch that measured something else than the program's speed. */
export interface VoidLaunch {
  cell: string;
  why: string;
}

/** The launches of a run beside the accepted ones. */
export interface Launches {
  arms: LaunchArm[];
  void: VoidLaunch[];
  /** How many launches were measured, void or not. */
  measured: number;
}

/** Fewer switches a second than these disturb nothing, whatever was accepted. */
const fewSwitches = 1;

/**
 * Joins the launches of records with those that were accepted on the same machine, arm by arm, leaving out what is void:
 * what says so itself, and what was interrupted more often than any accepted launch of the machine.
 */
export function launchArms(records: readonly FinishedRecord[], baseline: Baseline): Launches {
  const launched = records.filter(hasLaunch);
  const entries = baseline.cells.filter(hasLaunch);
  const voids: VoidLaunch[] = [];
  const arms = [...grouped(launched, acceptedArmKey)].map(([key, own]): LaunchArm => {
    const [first] = own;
    const here = entries.filter((entry) => first !== undefined && onSameMachine(entry, first));
    const most = Math.max(fewSwitches, ...here.map(({ launch }) => launch.involuntary_switches_per_second));
    const usable = own.filter((record) => {
      const reasons = reasonsOf(record.launch, here.length === 0 ? Number.POSITIVE_INFINITY : most);
      if (reasons.length > 0) voids.push({ cell: record.cell, why: reasons.join('; ') });
      return reasons.length === 0;
    });
    return { entries: here.filter((entry) => acceptedArmKey(entry) === key), records: usable };
  });
  return { arms, void: voids, measured: launched.length };
}

/** Whether two computed on one machine, whose speeds and resident memory compare. */
export function onSameMachine(one: BaselineEntry | FinishedRecord, other: BaselineEntry | FinishedRecord): boolean {
  const [left, right]: Readonly<Record<string, unknown>>[] = [one.fingerprint, other.fingerprint];
  const isSame = environmentFields.every((name) => isDeepStrictEqual(left![name], right![name]));
  const [mine, others] = [one.launch?.runtime, other.launch?.runtime];
  return isSame && (mine === undefined || others === undefined || mine === others);
}

function reasonsOf({ void: reasons, involuntary_switches_per_second: switches }: Launch, most: number): string[] {
  if (switches <= most) return reasons;
  return [...reasons, `the process was interrupted ${switches.toFixed(1)} times a second, accepted ${most.toFixed(1)}`];
}

function hasLaunch<T extends BaselineEntry | FinishedRecord>(one: T): one is Launched<T> {
  return one.launch !== undefined && one.status === 'completed';
}
