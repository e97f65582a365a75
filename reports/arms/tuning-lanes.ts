import { grouped } from '../../baselines/arms.ts';
import { tunedConfigurationOf } from '../../harness/cell-id.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import type { Tuning } from '../../harness/spec/tuning.ts';
import { factorOf } from '../../harness/spec/words.ts';
import type { ArmSummary } from './arm-summary.ts';
import { isTuned, laneOf, type TuningLane } from './coordinates.ts';

/** Arms lane by lane, and what a tuned one has and took. */

/** The arms of one lane. */
export interface LaneArms<A = ArmSummary> {
  /** Null: no arm is tuned, so there is nothing to tell apart. */
  lane: TuningLane | null;
  arms: readonly A[];
}

/** The arms lane by lane, in order, the shared lane first. */
export function lanesOf<A extends Pick<ArmSummary, 'factors'>>(arms: readonly A[]): LaneArms<A>[] {
  if (!arms.some(isTuned)) return [{ lane: null, arms }];
  const lanes = grouped(arms, laneOf);
  return (['shared', 'tuned'] as const).flatMap((lane) => {
    const members = lanes.get(lane) ?? [];
    return members.length === 0 ? [] : [{ lane, arms: members }];
  });
}

/** `resnet-20 on cifar-10, tuned`; the text alone where there is nothing to tell apart. */
export function withLane(text: string, lane: TuningLane | null): string {
  return lane === null ? text : `${text}, ${lane}`;
}

/** An arm in both lanes. */
export interface LanePair {
  shared: ArmSummary;
  tuned: ArmSummary;
}

/**
 * Every tuned arm that is in the shared lane too, equal in all but learning rate and λ. Arms on which values of these are
 * tried as factors do not have the shared ones.
 */
export function lanePairs(arms: readonly ArmSummary[]): LanePair[] {
  const tuned = arms.filter(isTuned);
  if (tuned.length === 0) return [];
  const plain = arms.filter(
    (arm) => !isTuned(arm) && ['decay', 'learning_rate'].every((name) => factorOf(arm, name) === null),
  );
  const twins = new Map(plain.map((arm) => [tunedConfigurationOf(arm.config), arm]));
  return tuned.flatMap((arm) => {
    const shared = twins.get(tunedConfigurationOf(arm.config));
    return shared === undefined ? [] : [{ shared, tuned: arm }];
  });
}

/** What a tuned arm's learning rate and λ were found by; null: of a shared arm, or where the records do not say. */
export function tuningOf({ records }: ArmSummary): Tuning | null {
  return records.find(({ tuning }) => tuning !== undefined)?.tuning ?? null;
}

/**
 * Multiply-accumulates of an arm's training, and of a tuned arm those of all trainings of its grid as well; null: one of
 * these was not counted.
 */
export function computeOf(arm: ArmSummary): number | null {
  const { training_macs: own } = arm.means;
  if (!isTuned(arm)) return own;
  const grid = tuningOf(arm)?.training_macs ?? null;
  return own === null || grid === null ? null : own + grid;
}

/** An arm's learning rate and λ; null: there is none, or without a regularizer it decides nothing. */
export function armRates({ kind, config }: Pick<ArmSummary, 'kind' | 'config'>) {
  const { learning_rate: learningRate, decay } = wordsOfKind(kind).rates(config);
  return { learningRate, decay };
}
