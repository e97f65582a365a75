import { seedless } from '../../harness/cell-name.ts';
import type { FinishedRecord, Verdict } from '../../harness/record.ts';
import { grouped } from '../arms.ts';
import type { Baseline } from '../baseline.ts';
import { acceptedArmKey } from '../quality/accepted-arm.ts';
import { percent } from '../wording.ts';
import {
  judgeLaunches,
  type LaunchSamples,
  type LaunchSpread,
  launchSpread,
  type SpeedJudgement,
} from './judge-launches.ts';
import { type LaunchArm, type Launches, launchArms } from './launch-arms.ts';

/** How the speed of a run compares. */
export interface SpeedCheck {
  launches: Launches;
  /** Arms that were compared, by key. */
  arms: ReadonlyMap<string, ArmSpeed>;
  /** Spread of x, of one launch; null: nothing was compared. */
  spread: LaunchSpread | null;
  /** Steps of reference networks that are slower, against the fixed kernel. */
  references: Verdict[];
}

/** An arm's judgement, and how many launches it rests on. */
export interface ArmSpeed extends SpeedJudgement {
  /** The cell's name without its seed. */
  name: string;
  accepted: number;
  measured: number;
}

/**
 * What a machine is busy with moves the ratio of two unlike computations for a whole night, which launches of one night
 * do not show: the reference's step must be slower by more than this.
 */
const leastOfReference = 0.1;

/** Compares the launches of records with the accepted ones of the same machine. */
export function judgeSpeed(records: readonly FinishedRecord[], baseline: Baseline): SpeedCheck {
  const launches = launchArms(records, baseline);
  const samples = launches.arms.map((arm) => samplesOf(arm, 'x'));
  const judged = judgeLaunches(samples);
  const arms = new Map<string, ArmSpeed>();
  judged.forEach((judgement, at) => {
    const { records: own, entries } = launches.arms[at]!;
    if (judgement === null) return;
    arms.set(acceptedArmKey(own[0]!), {
      ...judgement,
      name: seedless(own[0]!.cell),
      accepted: entries.length,
      measured: own.length,
    });
  });
  return {
    launches,
    arms,
    spread: arms.size === 0 ? null : launchSpread(samples),
    references: referencesOf(launches.arms),
  };
}

/** A speed in words: what both sides measured, and the bound. */
export function speedText({ slower, p, bound, accepted, measured }: Omit<ArmSpeed, 'name'>): string {
  const change = `${percent(Math.abs(slower), 1)} ${slower < 0 ? 'faster' : 'slower'}`;
  const chance = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  return `${change} than accepted (${chance}, bound ${percent(bound, 1)}; ${measured} launches against ${accepted})`;
}

function samplesOf({ entries, records }: LaunchArm, ratio: 'x' | 'c'): LaunchSamples {
  const values = (of: readonly { launch: Record<'x' | 'c', number> }[]) => of.map(({ launch }) => launch[ratio]);
  return { accepted: values(entries), measured: values(records) };
}

/** ln(dense / kernel), over the launches of all arms that share a reference: what slows all arms alike shows here alone. */
function referencesOf(arms: readonly LaunchArm[]): Verdict[] {
  const shared = [...grouped(arms, keyOfReference)].flatMap(([key, own]) => (key === null ? [] : [own]));
  const all = shared.map((own): LaunchArm => {
    return { entries: own.flatMap(({ entries }) => entries), records: own.flatMap(({ records }) => records) };
  });
  const judged = judgeLaunches(
    all.map((one) => samplesOf(one, 'c')),
    leastOfReference,
  );
  return all.flatMap(({ entries, records }, at): Verdict[] => {
    const judgement = judged[at] ?? null;
    if (judgement === null || judgement.call !== 'slower') return [];
    const { model, dataset } = records[0]!;
    const cell = `dense step of ${[model, dataset].filter((name) => name !== null).join('.')}`;
    const text = speedText({ ...judgement, accepted: entries.length, measured: records.length });
    return [
      {
        id: null,
        cell,
        verdict: 'regressed',
        lane: 'speed',
        reason:
          `${cell}: over the fixed kernel ${text}. It slows every arm: find the change that did it, or accept; nothing ` +
          'of the program moves the fixed kernel.',
        quantity: 'dense step over fixed kernel',
        expected: 1,
        measured: 1 + judgement.slower,
        bound: 1 + judgement.bound,
      },
    ];
  });
}

/** Null: nothing usable was measured. */
function keyOfReference({ records }: LaunchArm): string | null {
  const [first] = records;
  return first === undefined ? null : `${first.launch.reference} ${first.fingerprint.data}`;
}
