import type { TopLevelSpec } from 'vega-lite';
import type { EstimatorName } from '../../../harness/spec/nasi.ts';
import type { Correlation } from '../../../harness/statistics/correlation.ts';
import { config as plotConfig } from '../../plots/plot-style.ts';
import { type Block, type Column, type Figure, type Section, table, text } from '../../render/document.ts';
import { fixed, notMeasured } from '../../render/format.ts';
import {
  type Candidate,
  correlationOf,
  type Inits,
  type Population,
  type Ranking,
  rankings,
  scoreOf,
  sharedWith,
} from './populations.ts';

const digits = fixed(3);

/** `0.813 [0.766, 0.851]`; a dash where there is none. */
export function correlationText(correlation: Correlation | null): string {
  if (correlation === null) return notMeasured;
  const { value, interval } = correlation;
  return `${digits(value)}${interval === null ? '' : ` [${interval.map(digits).join(', ')}]`}`;
}

/** What scores agree with: themselves under other labels and data, trained accuracy, and other data sets. */
export function scoreSection(populations: readonly Population[]): Section | null {
  const scored = populations.filter(({ candidates }) => candidates.length > 0);
  if (scored.length === 0) return null;
  const blocks = scored.flatMap((population): Block[] => [
    text(`${population.place}, ${population.candidates.length} architectures and seeds:`),
    table(agnosticismRows(population), agnosticismColumns),
    table(usefulnessRows(population), usefulnessColumns),
    { kind: 'figure', figure: figureOf(population) },
  ]);
  const moves = transferRows(scored);
  const transfer = moves.length === 0 ? [] : [text(transferLegend), table(moves, transferColumns)];
  return { heading: 'Scores at initialization', blocks: [text(legend), ...blocks, ...transfer] };
}

const legend =
  'The score is the trace of the neural tangent kernel at the start, a mean over examples: exact, of gradients of single ' +
  'examples’ losses, or of a minibatch’s loss. Correlations are over architectures, with 95 % intervals by Fisher’s ' +
  'transformation; of several seeds the mean, with the interval of one. Labels do not enter the exact trace. Rank ' +
  'correlations are with test accuracy after training; parameters and multiply-accumulates vary with operations and ' +
  'widths. A random choice has a rank correlation of 0. Top 5: the mean accuracy of the five with the highest rank, ' +
  'beside that of all, which a random choice expects.';

interface AgnosticismRow {
  estimator: string;
  inits: string;
  labels: Correlation | null;
  data: Correlation | null;
}

/** By estimator, in words. */
export const estimatorNames: Readonly<Record<EstimatorName, string>> = {
  exact: 'exact trace',
  per_sample: 'single examples',
  minibatch: 'minibatch',
};

/** How much a score is the same under random labels, and under random data; Pearson. */
export function agnosticismOf(candidates: readonly Candidate[], estimator: EstimatorName, inits: Inits) {
  const of = (input: 'random-labels' | 'random-data') =>
    correlationOf(
      candidates,
      (candidate) => scoreOf(candidate, 'true', estimator, inits),
      (candidate) => scoreOf(candidate, input, estimator, inits),
      'pearson',
    );
  return { labels: of('random-labels'), data: of('random-data') };
}

function agnosticismRows({ candidates }: Population): AgnosticismRow[] {
  const count = candidates[0]!.scored.gradient_norm.length;
  const counts: [Inits, string][] =
    count === 1
      ? [['one', '1']]
      : [
          ['one', '1'],
          ['all', String(count)],
        ];
  return (Object.keys(estimatorNames) as EstimatorName[]).flatMap((estimator) =>
    counts.map(([inits, shown]) => ({
      estimator: estimatorNames[estimator],
      inits: shown,
      ...agnosticismOf(candidates, estimator, inits),
    })),
  );
}

const agnosticismColumns: Column<AgnosticismRow>[] = [
  { name: 'estimator', cell: ({ estimator }) => estimator },
  { name: 'initializations', cell: ({ inits }) => inits, numeric: true },
  { name: 'with random labels, Pearson', cell: ({ labels }) => correlationText(labels), numeric: true },
  { name: 'with random data, Pearson', cell: ({ data }) => correlationText(data), numeric: true },
];

interface UsefulnessRow {
  name: string;
  correlation: Correlation | null;
  /** Mean accuracy of the five with the highest rank. */
  top: number;
  all: number;
}

function usefulnessRows({ candidates }: Population): UsefulnessRow[] {
  return rankings.map((ranking) => ({
    name: ranking.name,
    correlation: usefulnessOf(candidates, ranking),
    ...topOf(candidates, ranking),
  }));
}

/** Rank correlation with test accuracy. */
export function usefulnessOf(candidates: readonly Candidate[], { of }: Pick<Ranking, 'of'>): Correlation | null {
  return correlationOf(candidates, of, ({ accuracy }) => accuracy, 'spearman');
}

/** Mean accuracy of the five that rank highest, seed by seed, and of all. */
export function topOf(candidates: readonly Candidate[], { of }: Pick<Ranking, 'of'>): { top: number; all: number } {
  const accuracyOf = (some: readonly Candidate[]) =>
    some.reduce((sum, { accuracy }) => sum + accuracy, 0) / some.length;
  const seeds = [...new Set(candidates.map(({ seed }) => seed))];
  const best = seeds.flatMap((seed) =>
    candidates
      .filter((candidate) => candidate.seed === seed)
      .sort((left, right) => of(right) - of(left))
      .slice(0, 5),
  );
  return { top: accuracyOf(best), all: accuracyOf(candidates) };
}

export const percent = (share: number) => (100 * share).toFixed(1);

const usefulnessColumns: Column<UsefulnessRow>[] = [
  { name: 'ranked by', cell: ({ name }) => name },
  { name: 'with accuracy, Spearman', cell: ({ correlation }) => correlationText(correlation), numeric: true },
  { name: 'top 5, %', cell: ({ top }) => percent(top), numeric: true },
  { name: 'all, %', cell: ({ all }) => percent(all), numeric: true },
];

const transferLegend =
  'From one data set to another, rank correlations over the architectures of both: of the score there with the score ' +
  'here, of the score there with accuracy here, of accuracy there with accuracy here.';

interface TransferRow {
  from: string;
  to: string;
  scores: Correlation | null;
  useful: Correlation | null;
  accuracies: Correlation | null;
}

/** Between the data sets of one space, both ways. */
export function transferRows(populations: readonly Population[]): TransferRow[] {
  return populations.flatMap((to) =>
    populations.flatMap((from) => {
      if (from === to || from.model !== to.model) return [];
      const pairs = sharedWith(from, to);
      if (pairs.length === 0) return [];
      const sources = new Map(pairs.map(({ source, target }) => [target, source]));
      const there = (of: (candidate: Candidate) => number) => (target: Candidate) => of(sources.get(target)!);
      const exact = (candidate: Candidate) => scoreOf(candidate, 'true', 'exact');
      const accuracy = (candidate: Candidate) => candidate.accuracy;
      const targets = pairs.map(({ target }) => target);
      return [
        {
          from: from.dataset,
          to: to.dataset,
          scores: correlationOf(targets, there(exact), exact, 'spearman'),
          useful: correlationOf(targets, there(exact), accuracy, 'spearman'),
          accuracies: correlationOf(targets, there(accuracy), accuracy, 'spearman'),
        },
      ];
    }),
  );
}

const transferColumns: Column<TransferRow>[] = [
  { name: 'from', cell: ({ from }) => from },
  { name: 'to', cell: ({ to }) => to },
  { name: 'exact trace with itself', cell: ({ scores }) => correlationText(scores), numeric: true },
  { name: 'exact trace with accuracy', cell: ({ useful }) => correlationText(useful), numeric: true },
  { name: 'accuracy with accuracy', cell: ({ accuracies }) => correlationText(accuracies), numeric: true },
];

function figureOf({ place, candidates }: Population): Figure {
  const values = candidates.map((candidate) => ({
    score: scoreOf(candidate, 'true', 'exact'),
    accuracy: 100 * candidate.accuracy,
    width: String(candidate.width),
  }));
  const spec = {
    config: plotConfig,
    width: 520,
    height: 280,
    data: { values },
    mark: { type: 'point', filled: true, size: 45, aria: false },
    encoding: {
      x: {
        field: 'score',
        type: 'quantitative',
        title: 'exact trace',
        scale: { type: 'log', nice: false, padding: 8 },
      },
      y: { field: 'accuracy', type: 'quantitative', title: 'test accuracy, %', scale: { zero: false } },
      color: { field: 'width', type: 'nominal', title: 'width' },
    },
  } as unknown as TopLevelSpec;
  return { title: `Accuracy over the score, ${place}`, caption: 'A mark an architecture and seed.', spec };
}
