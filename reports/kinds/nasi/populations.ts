import { type EstimatorName, type InputName, isNasi, isSearch, type NasiDetails } from '../../../harness/spec/nasi.ts';
import { type Correlation, correlationInterval, pearson, spearman } from '../../../harness/statistics/correlation.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';

/** An architecture that was scored and trained with one seed. */
export interface Candidate {
  architecture: string;
  width: number;
  seed: number;
  accuracy: number;
  validationAccuracy: number;
  /** Of its training. */
  seconds: number;
  parameters: number;
  macs: number;
  scored: NonNullable<NasiDetails['scored']>;
}

/** An architecture that was searched and trained with one seed. */
export interface Find {
  /** The method and what it saw, as arms are named. */
  method: string;
  input: InputName;
  seed: number;
  architecture: string;
  accuracy: number;
  /** Share of its samples whose norm was above ν. */
  aboveLimit: number;
  /** Of the search alone. */
  seconds: number;
}

/** All architectures of a space on one data set. */
export interface Population {
  place: string;
  model: string;
  dataset: string;
  candidates: readonly Candidate[];
  finds: readonly Find[];
}

/** The completed cells of every space and data set, in the order of tables. */
export function populationsOf(arms: readonly ArmSummary[]): Population[] {
  return [...byPlace(arms)].flatMap(([place, members]) => {
    const candidates = members.flatMap(candidatesOf);
    const finds = members.flatMap(findsOf);
    const { model, dataset } = members[0]!;
    if (candidates.length + finds.length === 0) return [];
    return [{ place, model: model ?? '', dataset: dataset ?? '', candidates, finds }];
  });
}

function candidatesOf({ completed }: ArmSummary): Candidate[] {
  return completed.flatMap(({ seed, measures, details, seconds, parameters }): Candidate[] => {
    // A record's details have been checked against its kind's schema.
    const { scored, architecture, width, macs, validation_accuracy } = details as NasiDetails;
    const accuracy = measures[0]?.value;
    if (scored === null || accuracy == null || validation_accuracy === null || parameters === null) return [];
    const sizes = { parameters, macs, seconds };
    return [{ architecture, width, seed, accuracy, validationAccuracy: validation_accuracy, scored, ...sizes }];
  });
}

function findsOf({ completed }: ArmSummary): Find[] {
  return completed.flatMap(({ seed, measures, details, config }): Find[] => {
    const { searched, architecture } = details as NasiDetails;
    const accuracy = measures[0]?.value;
    if (searched === null || accuracy == null || !isNasi(config) || !isSearch(config)) return [];
    const { method, searchInput: input } = config;
    const { norms, limits } = searched;
    const aboveLimit = norms.filter((norm, i) => norm > limits[i]!).length / norms.length;
    return [{ method, input, seed, architecture, accuracy, aboveLimit, seconds: searched.seconds }];
  });
}

/** How a correlation is taken. */
export type Manner = 'pearson' | 'spearman';

/**
 * The correlation of two quantities over the architectures: the mean over seeds, with the interval of one seed's number
 * of architectures, as those of several seeds are the same. Null where there is none.
 */
export function correlationOf(
  candidates: readonly Candidate[],
  x: (candidate: Candidate) => number,
  y: (candidate: Candidate) => number,
  manner: Manner,
): Correlation | null {
  const seeds = [...new Set(candidates.map(({ seed }) => seed))];
  const found = seeds.map((seed) => {
    const own = candidates.filter((candidate) => candidate.seed === seed);
    const value = (manner === 'pearson' ? pearson : spearman)(own.map(x), own.map(y));
    return { n: own.length, value };
  });
  const value = mean(measuredOnly(found.map((one) => one.value)));
  if (value === null) return null;
  const n = Math.min(...found.map((one) => one.n));
  return { n, value, interval: correlationInterval(value, n, manner) };
}

/** Initializations that a score is the mean of: the first, or all. */
export type Inits = 'one' | 'all';

export function scoreOf(
  { scored }: Candidate,
  input: InputName,
  estimator: EstimatorName,
  inits: Inits = 'all',
): number {
  const values = scored.scores[input][estimator];
  return inits === 'one' ? values[0]! : mean(values)!;
}

/** What architectures can be ranked by before they are trained; more is taken to be better. */
export interface Ranking {
  name: string;
  of(candidate: Candidate): number;
  /** Seconds that it takes for one architecture. */
  seconds(candidate: Candidate): number;
}

const gradientSeconds = ({ scored }: Candidate) => scored.seconds.gradients;

export const rankings: readonly Ranking[] = [
  {
    name: 'exact trace',
    of: (candidate) => scoreOf(candidate, 'true', 'exact'),
    seconds: ({ scored }) => scored.seconds.exact,
  },
  {
    name: 'trace by single examples',
    of: (candidate) => scoreOf(candidate, 'true', 'per_sample'),
    seconds: gradientSeconds,
  },
  {
    name: 'trace by a minibatch',
    of: (candidate) => scoreOf(candidate, 'true', 'minibatch'),
    seconds: gradientSeconds,
  },
  {
    name: 'trace by a minibatch, random labels',
    of: (candidate) => scoreOf(candidate, 'random-labels', 'minibatch'),
    seconds: gradientSeconds,
  },
  {
    name: 'trace by a minibatch, random data',
    of: (candidate) => scoreOf(candidate, 'random-data', 'minibatch'),
    seconds: gradientSeconds,
  },
  {
    name: 'gradient norm, layer by layer',
    of: ({ scored }) => mean(scored.gradient_norm)!,
    seconds: gradientSeconds,
  },
  { name: 'parameters', of: ({ parameters }) => parameters, seconds: () => 0 },
  { name: 'multiply-accumulates', of: ({ macs }) => macs, seconds: () => 0 },
];

/** Candidates of another population that are the same architectures with the same seeds, in pairs. */
export function sharedWith(from: Population, to: Population): { source: Candidate; target: Candidate }[] {
  const known = new Map(from.candidates.map((one) => [`${one.architecture} ${one.seed}`, one]));
  return to.candidates.flatMap((target) => {
    const source = known.get(`${target.architecture} ${target.seed}`);
    return source === undefined ? [] : [{ source, target }];
  });
}
