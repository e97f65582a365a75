import { gainOf } from '../../harness/spec/metrics.ts';
import type { Factor } from '../../harness/spec/words.ts';
import { grouped } from '../arms.ts';
import { acceptedLevel, isOfConfiguration } from './accepted-level.ts';
import { cellsOf, type History, type HistoryCell, type HistoryMarker, markersOf, nightsOf } from './history-line.ts';

/** What is followed of an arm: its gated metric, and its training loss. */
export const channels = ['metric', 'loss'] as const;
export type Channel = (typeof channels)[number];

/** One trained seed of an arm, such that more is better; null: training diverged, left out: not measured. */
export interface SeedGain {
  seed: number;
  gains: Readonly<Partial<Record<Channel, number | null>>>;
}

/** What a history says of one arm on one data set. */
export interface ArmHistory {
  name: string;
  /** Digest of its data. */
  data: string;
  factors: readonly Factor[];
  metric: string;
  accepted: readonly SeedGain[];
  /** Whether these are the level that its nights are held against: not so since a mark of a new level. */
  fromAccepted: boolean;
  /** Fresh and extra seeds by night. */
  nights: ReadonlyMap<string, readonly SeedGain[]>;
}

/** The arms of a history, and the nights that count for them. */
export interface ArmHistories {
  arms: ArmHistory[];
  /** The earliest first. */
  nights: string[];
  /** Whether it is so of an arm at least. */
  fromAccepted: boolean;
  /** Names of arms in the nights without an accepted seed of the same data and configuration: no level is known. */
  unknown: string[];
}

/**
 * The arms that have accepted seeds, with their nights: those of the accepted configuration since the last mark of a new
 * level, and since the arm was accepted anew, without those that a mark leaves out. Fixed seeds are no news, and a seed
 * that was accepted counts once.
 */
export function armHistories(history: History): ArmHistories {
  const markers = markersOf(history);
  const begins = markers
    .filter(({ kind }) => kind !== 'fixed')
    .map(({ night }) => night)
    .sort()
    .at(-1);
  const nights = nightsOf(history).filter((night) => (begins ?? '') <= night && !isLeftOut(night, markers));
  const counted = new Set(nights);
  const byArm = grouped(cellsOf(history), ({ arm, data }) => JSON.stringify([arm, data]));
  const arms: ArmHistory[] = [];
  const unknown: string[] = [];
  for (const cells of byArm.values()) {
    const level = acceptedLevel(cells);
    const known = new Set(level?.accepted.map(({ seed }) => seed));
    const news = cells.filter(
      ({ role, night, seed }) =>
        (role === 'fresh' || role === 'extra') &&
        counted.has(night) &&
        (level?.since ?? '') <= night &&
        !known.has(seed),
    );
    const own = level === null ? [] : news.filter((cell) => isOfConfiguration(cell, level.configuration));
    if (own.length < news.length) unknown.push(news[0]!.arm);
    const [first] = level?.accepted ?? [];
    if (level === null || first === undefined) continue;
    const byNight = [...grouped(own, ({ night }) => night)].map(
      ([night, members]) => [night, members.map(seedGain)] as const,
    );
    const { arm: name, data, metric, factors = [] } = first;
    const fromAccepted = (begins ?? '') <= (level.since ?? '');
    const accepted = level.accepted.map(seedGain);
    arms.push({ name, data, metric, factors, accepted, fromAccepted, nights: new Map(byNight) });
  }
  const fromAccepted = begins === undefined || arms.some((arm) => arm.fromAccepted);
  return { arms, nights, unknown: [...new Set(unknown)], fromAccepted };
}

function isLeftOut(night: string, markers: readonly HistoryMarker[]): boolean {
  return markers.some((marker) => marker.kind === 'fixed' && marker.night <= night && night <= marker.until);
}

function seedGain({ seed, status, metric, value, loss }: HistoryCell): SeedGain {
  if (status === 'diverged') return { seed, gains: { metric: null, loss: null } };
  return {
    seed,
    gains: {
      ...(value === null ? {} : { metric: gainOf(metric, value) }),
      ...(loss === null ? {} : { loss: -loss }),
    },
  };
}
