import type { Factor } from '../../harness/spec/words.ts';
import { type ArmGroup, groupsOf } from '../arm-groups.ts';
import { type Call, type Estimate, estimateOf, type Judgement, judge } from './estimate.ts';
import { shareOfLook } from './looks.ts';
import { acceptedSpreadsOf, type Sample, type Spread, spreadsOf } from './spread.ts';
import { groupEstimateOf, type Member } from './standardized.ts';

/** The chance of a false alarm of one check: a third for single arms, a third for groups, a third for all arms. */
export const alpha = 0.05;

/** An arm whose quality is asked about, on one metric with all others of a call. */
export interface QualityArm {
  factors: readonly Factor[];
  /** The gated metric. */
  metric: Sample;
  /** The training loss, with its sign turned; null: not measured. */
  loss: Sample | null;
  /** Whether it is compared; else it only tells how much arms spread. */
  isCompared: boolean;
}

export interface ArmJudgement {
  call: Call;
  metric: Judgement;
  /** Null: nothing to compare. */
  loss: Judgement | null;
}

/** A group, or all arms, that changed; in standard deviations of its arms. */
export interface GroupJudgement {
  name: string;
  arms: number;
  channel: Channel;
  call: 'regressed' | 'better';
  judgement: Judgement;
}

export interface QualityJudgement {
  /** One an arm; null: not compared, or nothing tells how much it spreads. */
  arms: (ArmJudgement | null)[];
  groups: GroupJudgement[];
}

type Channel = 'metric' | 'loss';

/**
 * The level of each of the three families of tests, where the training loss is a second channel that has half of it.
 */
export function levelOf(hasLoss: boolean, metrics = 1): number {
  return alpha / 3 / metrics / (hasLoss ? 2 : 1);
}

/**
 * Compares arms with what was accepted: each arm, each group of arms, all arms together; by the metric and by the
 * training loss, whose margin is as many standard deviations as the metric's. A loss in either is `regressed`; what
 * passes or is better is the metric's to say.
 *
 * @param margin δ, in the metric's unit
 * @param metrics how many metrics share the chance of a false alarm
 * @param escalates whether what is not decided gets more seeds: each look then spends its part of the level, and groups
 *   are judged by the seeds that all their arms have
 */
export function judgeQuality(
  arms: readonly QualityArm[],
  margin: number,
  { metrics = 1, escalates = false }: { metrics?: number; escalates?: boolean } = {},
): QualityJudgement {
  const level = levelOf(
    arms.some(({ loss, isCompared }) => isCompared && loss !== null),
    metrics,
  );
  const levelAfter = (seeds: number) => (escalates ? level * shareOfLook(seeds) : level);
  const metric = channelOf(
    arms,
    ({ metric: sample }) => sample,
    () => margin,
    escalates,
  );
  const loss = channelOf(
    arms,
    ({ loss: sample }) => sample,
    (at, { sd }) => (margin * sd) / (metric.spreads[at]?.sd ?? Number.POSITIVE_INFINITY),
    escalates,
  );
  const levelOfArm = (at: number) => levelAfter(arms[at]!.metric.measured.length);
  const [byMetric, byLoss] = [judge(metric.estimates, levelOfArm), judge(loss.estimates, levelOfArm)];
  const judged = arms.map((_, at): ArmJudgement | null => {
    const [own, lossOf] = [byMetric[at] ?? null, byLoss[at] ?? null];
    if (own === null) return null;
    return { call: lossOf?.call === 'regressed' ? 'regressed' : own.call, metric: own, loss: lossOf };
  });
  const compared = arms.flatMap((arm, index) => (arm.isCompared ? [{ factors: arm.factors, index }] : []));
  const byIndex = ({ name, members }: ArmGroup) => ({ name, members: members.map((at) => compared[at]!.index) });
  const groups = groupsOf(compared).map(byIndex);
  const all = compared.length < 2 ? [] : [{ name: 'all arms', members: compared.map(({ index }) => index) }];
  const families = [groups, all].flatMap((family) =>
    (['metric', 'loss'] as const).flatMap((channel) =>
      judgeGroups(family, channel === 'metric' ? metric : loss, channel, levelAfter),
    ),
  );
  return { arms: judged, groups: families };
}

interface ChannelOfArms {
  /** With the measured values. */
  spreads: readonly (Spread | null)[];
  estimates: readonly (Estimate | null)[];
  /** The estimate of a group of arms, by index, and the seeds that it is over. */
  groupEstimate(members: readonly number[]): { estimate: Estimate | null; seeds: number };
}

function channelOf(
  arms: readonly QualityArm[],
  sampleOf: (arm: QualityArm) => Sample | null,
  marginOf: (at: number, spread: Spread) => number,
  escalates: boolean,
): ChannelOfArms {
  const samples = arms.map((arm) => sampleOf(arm) ?? nothing);
  const [spreads, accepted] = [spreadsOf(samples), acceptedSpreadsOf(samples)];
  const estimates = arms.map(({ isCompared }, at) => {
    const spread = spreads[at] ?? null;
    return isCompared && spread !== null ? estimateOf(samples[at]!, spread, marginOf(at, spread)) : null;
  });
  const groupEstimate = (indices: readonly number[]) => {
    const members = indices.flatMap((at) => {
      const [sample, spread] = [samples[at]!, accepted[at] ?? null];
      if (spread === null || sample.accepted.length === 0) return [];
      return [{ sample, spread, margin: marginOf(at, spread) }];
    });
    const asked = escalates ? ofSharedSeeds(members) : members;
    const seeds = new Set(asked.flatMap(({ sample }) => sample.measured.map(({ seed }) => seed))).size;
    return { estimate: groupEstimateOf(asked), seeds };
  };
  return { spreads, estimates, groupEstimate };
}

/** Members with the measured seeds that all of them have: arms that got more say nothing of those that did not. */
function ofSharedSeeds(members: readonly Member[]): Member[] {
  const measured = members.map(({ sample }) => new Set(sample.measured.map(({ seed }) => seed)));
  return members.map(({ sample, ...member }) => {
    const shared = sample.measured.filter(({ seed }) => measured.every((seeds) => seeds.has(seed)));
    return { ...member, sample: { ...sample, measured: shared } };
  });
}

const nothing: Sample = { accepted: [], measured: [], resolution: 0 };

function judgeGroups(
  groups: readonly ArmGroup[],
  { groupEstimate }: ChannelOfArms,
  channel: Channel,
  levelAfter: (seeds: number) => number,
): GroupJudgement[] {
  const estimates = groups.map(({ members }) => groupEstimate(members));
  const judgements = judge(
    estimates.map(({ estimate }) => estimate),
    (at) => levelAfter(estimates[at]!.seeds),
  );
  return groups.flatMap(({ name, members }, at) => {
    const judgement = judgements[at] ?? null;
    if (judgement === null) return [];
    const { call } = judgement;
    const tells = call === 'regressed' || (call === 'better' && channel === 'metric');
    return tells ? [{ name, arms: members.length, channel, call, judgement }] : [];
  });
}
