import { gaussian, type Uniform } from '../../../harness/random.ts';
import { evidenceOf, seriesWeights, shareOf, type TrackedSeries, thresholds } from '../evidence.ts';
import { extraNumber, extraTimes } from '../extra-number.ts';
import { levelsOf, standardized } from '../level.ts';
import { addNight, addToNight, emptySeries } from '../series.ts';
import type { SuiteModel } from './suite-model.ts';

/** Distribution of what seeds change: normal, or Student's t with 5 degrees of freedom, of variance 1. */
export type Noise = 'normal' | 't5';

/** What a simulated history is like. */
export interface Nights {
  /** Accepted seeds of each arm. */
  accepted: number;
  /** Fresh seeds of each arm in a night. */
  fresh: number;
  /** Nights in which nothing changes, before the first that counts. */
  quiet: number;
  /** Nights that count, at most. */
  most: number;
  noise: Noise;
  /** Whether the series with most evidence gets more seeds in a night that is suspect. */
  extra: boolean;
  /** What changes in each arm from the first night that counts on, in shown units; left out: nothing. */
  shifts?: readonly number[];
}

/**
 * Of the nights that count, the one, from 1, in which a simulated suite's evidence of a loss reaches the alarm; null:
 * none. Each value is σ_a (√ρ u + √(1 - ρ) ε), with u a seed's own and ε an arm's and seed's own. A suspect night gets
 * more seeds.
 */
export function alarmNight(model: SuiteModel, nights: Nights, uniform: Uniform): number | null {
  const { deviations } = model;
  const { shifts = [] } = nights;
  const draw = seedsOf(model, nights.noise, uniform);
  const accepted = draw(nights.accepted);
  const levels = levelsOf(deviations.map((_, arm) => accepted.map((seed) => seed[arm]!)));
  const tracks = tracksOf(
    model,
    levels.map((level) => level?.prior ?? null),
  );
  const valuesOf = (seeds: readonly Float64Array[], changes: readonly number[]) =>
    seeds.map((seed) => seed.map((value, arm) => standardized(value + (changes[arm] ?? 0), levels[arm]!)));
  for (const { series, members } of tracks) addNight(series, meansOver(members, valuesOf(accepted, [])));
  for (let night = 0; night < nights.quiet; night++) {
    const fresh = valuesOf(draw(nights.fresh), []);
    for (const { series, members } of tracks) addNight(series, meansOver(members, fresh));
  }
  for (let night = 1; night <= nights.most; night++) {
    const fresh = valuesOf(draw(nights.fresh), shifts);
    for (const { series, members } of tracks) addNight(series, meansOver(members, fresh));
    let evidence = evidenceOf(tracks, 'loss');
    for (let time = 0; time < extraTimes && nights.extra && isSuspect(evidence); time++) {
      const suspect = leadingOf(tracks);
      const seeds = extraNumber(suspect.members.length);
      if (seeds === 0) break;
      const extra = valuesOf(draw(seeds), shifts);
      const measured = new Set(suspect.members);
      for (const { series, members } of tracks) {
        if (members.every((member) => measured.has(member))) addToNight(series, meansOver(members, extra));
      }
      evidence = evidenceOf(tracks, 'loss');
    }
    if (evidence >= thresholds.alarm) return night;
  }
  return null;
}

const isSuspect = (evidence: number) => evidence >= thresholds.suspect && evidence < thresholds.alarm;

function leadingOf(tracks: readonly Track[]): Track {
  const shares = tracks.map((track) => shareOf(track, 'loss'));
  return tracks[shares.indexOf(Math.max(...shares))]!;
}

type Track = TrackedSeries & { members: readonly number[] };

function tracksOf({ deviations, groups }: SuiteModel, priors: readonly TrackedSeries['prior'][]): Track[] {
  const arms = [...deviations.keys()];
  const kinds = [
    ...arms.map((arm) => ({ kind: 'arm' as const, members: [arm], prior: priors[arm]! })),
    ...groups.map(({ members }) => ({ kind: 'group' as const, members, prior: null })),
    { kind: 'all' as const, members: arms, prior: null },
  ];
  const weights = seriesWeights(kinds.map(({ kind }) => kind));
  return kinds.map((one, at) => ({ ...one, weight: weights[at]!, series: emptySeries() }));
}

function meansOver(members: readonly number[], seeds: readonly Float64Array[]): number[] {
  return seeds.map((seed) => {
    let sum = 0;
    for (const member of members) sum += seed[member]!;
    return sum / members.length;
  });
}

/** Draws seeds: for each the deviation of every arm from its mean. */
function seedsOf({ deviations, common }: SuiteModel, noise: Noise, uniform: Uniform) {
  const [alike, own] = [Math.sqrt(common), Math.sqrt(1 - common)];
  return (seeds: number): Float64Array[] =>
    Array.from({ length: seeds }, () => {
      const drawn = drawnNoise(deviations.length + 1, noise, uniform);
      const shared = alike * drawn[deviations.length]!;
      return Float64Array.from(deviations, (deviation, arm) => deviation * (shared + own * drawn[arm]!));
    });
}

function drawnNoise(size: number, noise: Noise, uniform: Uniform): Float32Array {
  const normals = gaussian(size, 1, uniform);
  if (noise === 'normal') return normals;
  // t5 has variance 5/3.
  const squares = gaussian(5 * size, 1, uniform);
  return normals.map((value, at) => {
    let chi = 0;
    for (let i = 5 * at; i < 5 * at + 5; i++) chi += squares[i]! ** 2;
    return value * Math.sqrt(3 / chi);
  });
}
