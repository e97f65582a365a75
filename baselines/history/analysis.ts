import { mean, median } from '../../harness/statistics/moments.ts';
import { groupsOf } from '../arm-groups.ts';
import { grouped } from '../arms.ts';
import { type ArmHistories, type ArmHistory, type Channel, channels, type SeedGain } from './arm-histories.ts';
import {
  evidenceOf,
  ratiosOf,
  type SeriesKind,
  seriesWeights,
  shareOf,
  suspectShare,
  type TrackedSeries,
} from './evidence.ts';
import { type Level, levelsOf, standardized } from './level.ts';
import { addNight, differenceAt, emptySeries, likeliestNights } from './series.ts';

/** A series with what people look at. */
export interface AnalysedSeries {
  /** An arm's name, a group's such as `init spectral`, or `all arms`. */
  name: string;
  kind: SeriesKind;
  /** Names of its arms. */
  arms: string[];
  channel: Channel;
  /** Standardized values by night, the accepted seeds first where they count. */
  values: number[][];
  /** Its part of the evidence after each night, in the order of `values`. */
  shares: number[];
  /** The same in the mirror: of a gain. */
  gainShare: number;
  /** The likeliest first night of a loss; null: no night is a candidate. */
  changeNight: string | null;
  /** The smallest set of nights that holds 90 % of its evidence. */
  suspects: string[];
  /** Mean since that night minus mean before, in standard deviations of an arm. */
  change: number | null;
}

/** What a history says so far. */
export interface Analysis {
  /** Evidence of a loss after the last night. */
  evidence: number;
  /** Evidence of a gain: too good. */
  gain: number;
  /** The nights that count, in the order of all series; `accepted` first where the accepted seeds are the level. */
  labels: string[];
  /** Evidence of a loss after each of `labels`. */
  course: number[];
  /** Those with the most evidence of a loss first. */
  series: AnalysedSeries[];
  /** Arms without a level. */
  unknown: string[];
}

/** A series' seed counts where so many of its arms have it. */
const mostOf = 0.9;

/** The metric's series have twice the weight of those of the training loss; together they have 1. */
const channelWeights: Readonly<Record<Channel, number>> = { metric: 2, loss: 1 };

type Track = TrackedSeries & {
  name: string;
  channel: Channel;
  members: number[];
  values: number[][];
  shares: number[];
};

/** Evidence of every series of a history, night by night. */
export function analyse({ arms, nights, fromAccepted, unknown }: ArmHistories): Analysis {
  const panels = channels.map((channel) => panelOf(arms, channel, nights)).filter(({ tracks }) => tracks.length > 0);
  const total = panels.reduce((sum, { channel }) => sum + channelWeights[channel], 0);
  for (const { channel, tracks } of panels) {
    for (const track of tracks) track.weight *= channelWeights[channel] / total;
  }
  const tracks = panels.flatMap((panel) => panel.tracks);
  const course: number[] = [];
  const steps = [...(fromAccepted ? [null] : []), ...nights];
  for (const night of steps) {
    for (const panel of panels) addStep(panel, arms, night);
    for (const track of tracks) track.shares.push(shareOf(track, 'loss'));
    course.push(tracks.reduce((sum, { shares }) => sum + shares.at(-1)!, 0));
  }
  const labels = steps.map((night) => night ?? 'accepted');
  const series = tracks.map((track) => analysed(track, labels, arms));
  series.sort((left, right) => (right.shares.at(-1) ?? 0) - (left.shares.at(-1) ?? 0));
  return { evidence: course.at(-1) ?? 0, gain: evidenceOf(tracks, 'gain'), labels, course, series, unknown };
}

interface Panel {
  channel: Channel;
  levels: (Level | null)[];
  tracks: Track[];
}

/** The series of a channel, without a night. @param since the nights that a marked level is taken from */
function panelOf(arms: readonly ArmHistory[], channel: Channel, since: readonly string[]): Panel {
  const levels = levelsByMetric(arms, channel).map((level, at) =>
    level === null || arms[at]!.fromAccepted ? level : relevelled(level, arms[at]!, channel, since),
  );
  const known = arms.flatMap((arm, index) => (levels[index] === null ? [] : [{ index, factors: arm.factors }]));
  if (known.length === 0) return { channel, levels, tracks: [] };
  const groups = groupsOf(known).map(({ name, members }) => ({ name, members: members.map((at) => known[at]!.index) }));
  const indices = known.map(({ index }) => index);
  const found = [
    ...indices.map((index) => ({ name: arms[index]!.name, kind: 'arm' as const, members: [index] })),
    ...groups.map((group) => ({ ...group, kind: 'group' as const })),
    ...(known.length > 1 ? [{ name: 'all arms', kind: 'all' as const, members: indices }] : []),
  ];
  const weights = seriesWeights(found.map(({ kind }) => kind));
  const tracks = found.map((one, at): Track => {
    const prior = one.kind === 'arm' ? levels[one.members[0]!]!.prior : null;
    return { ...one, channel, prior, weight: weights[at]!, series: emptySeries(), values: [], shares: [] };
  });
  return { channel, levels, tracks };
}

/** Levels at acceptance; a prior belongs to one metric. */
function levelsByMetric(arms: readonly ArmHistory[], channel: Channel): (Level | null)[] {
  const levels: (Level | null)[] = arms.map(() => null);
  const indices = [...arms.keys()];
  for (const members of grouped(indices, (index) => arms[index]!.metric).values()) {
    const accepted = members.map((index) => measuredGains(arms[index]!.accepted, channel));
    for (const [at, level] of levelsOf(accepted).entries()) levels[members[at]!] = level;
  }
  return levels;
}

/** The level with the median of the nights since as its centre; the scale stays that of the acceptance. */
function relevelled(level: Level, arm: ArmHistory, channel: Channel, since: readonly string[]): Level {
  const gains = since.flatMap((night) => measuredGains(arm.nights.get(night) ?? [], channel));
  return gains.length === 0 ? level : { ...level, center: median(gains) };
}

function measuredGains(seeds: readonly SeedGain[], channel: Channel): number[] {
  return seeds.flatMap(({ gains }) => gains[channel] ?? []);
}

/** Adds a night, or the accepted seeds, to the series of a panel. */
function addStep({ channel, levels, tracks }: Panel, arms: readonly ArmHistory[], night: string | null): void {
  const scores = arms.map((arm, index) => {
    const level = levels[index];
    const seeds = night === null ? (arm.fromAccepted ? arm.accepted : []) : (arm.nights.get(night) ?? []);
    return new Map(
      seeds.flatMap(({ seed, gains }) => {
        const gain = gains[channel];
        return !level || gain === undefined ? [] : [[seed, standardized(gain, level)] as const];
      }),
    );
  });
  for (const { members, series, values } of tracks) {
    const seeds = [...new Set(members.flatMap((member) => [...scores[member]!.keys()]))];
    const means = seeds.flatMap((seed) => {
      const having = members.flatMap((member) => scores[member]!.get(seed) ?? []);
      return having.length < mostOf * members.length ? [] : mean(having)!;
    });
    addNight(series, means);
    values.push(means);
  }
}

function analysed(track: Track, labels: readonly string[], arms: readonly ArmHistory[]): AnalysedSeries {
  const { name, kind, channel, values, shares, series } = track;
  const found = ratiosOf(track, 'loss');
  const { first, ratios } = found;
  const top = ratios.length === 0 ? 0 : Math.max(...ratios);
  const at = top > 0 ? first + ratios.indexOf(top) : null;
  return {
    name,
    kind,
    arms: track.members.map((at) => arms[at]!.name),
    channel,
    values,
    shares,
    gainShare: shareOf(track, 'gain'),
    changeNight: at === null ? null : labels[at]!,
    suspects: likeliestNights(found, suspectShare).map((night) => labels[night]!),
    change: at === null ? null : differenceAt(series, at),
  };
}
