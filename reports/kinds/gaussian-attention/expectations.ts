import {
  type AttentionConfig,
  type AttentionName,
  isGaussianAttention,
  type PathTrainingName,
  type SortName,
  sortNames,
} from '../../../harness/spec/gaussian-attention.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { type ArmSummary, differencesOf } from '../../arms/arm-summary.ts';
import { above, type Estimate, estimateOf, type Judgement, within } from '../estimates.ts';
import { resultsOf, type ScoreName } from './sort-values.ts';

/** What is expected of the arms on the knowledge base of 300 players, and whether it holds. */

type ArmName = `${AttentionName} ${PathTrainingName}`;

/** Values of two seeds of a prototype, which draws its knowledge base and questions otherwise. */
export interface ExpectedValue {
  arm: ArmName;
  sort: SortName;
  /** The least and the greatest of both seeds. */
  hits: readonly [number, number];
  rank: readonly [number, number];
}

const valuesOf = (
  arm: ArmName,
  single: Omit<ExpectedValue, 'arm' | 'sort'>,
  path: Omit<ExpectedValue, 'arm' | 'sort'>,
  conjunction: Omit<ExpectedValue, 'arm' | 'sort'>,
): ExpectedValue[] =>
  Object.entries({ single, path, conjunction }).map(([sort, value]) => ({ arm, sort: sort as SortName, ...value }));

const perfect = { hits: [1, 1], rank: [1, 1] } as const;

export const expectedValues: readonly ExpectedValue[] = [
  ...valuesOf('transe facts', perfect, { hits: [0.77, 0.79], rank: [53, 54] }, perfect),
  ...valuesOf(
    'transe composed',
    { hits: [0.93, 0.93], rank: [1.15, 1.15] },
    { hits: [0.95, 0.96], rank: [22, 22] },
    { hits: [0.92, 0.93], rank: [1.4, 1.5] },
  ),
  ...valuesOf(
    'trans-gaussian facts',
    perfect,
    { hits: [0.8, 0.8], rank: [40, 44] },
    { hits: [0.98, 0.99], rank: [1.1, 1.2] },
  ),
  ...valuesOf(
    'trans-gaussian composed',
    perfect,
    { hits: [0.999, 1], rank: [1, 1] },
    { hits: [0.998, 1], rank: [1, 1] },
  ),
];

/** How far outside its range a mean still counts as the expected value: that of hits in points, that of ranks a share. */
export const allowance = { hits: 0.02, rank: 0.1 } as const;

export interface JudgedValue extends ExpectedValue {
  measured: Readonly<Record<'hits' | 'rank', Estimate>>;
  judged: Readonly<Record<'hits' | 'rank', Judgement>>;
}

/** The arms of one memory of the knowledge base that the expectations are about. */
export interface ExpectedSetting {
  place: string;
  arms: ReadonlyMap<ArmName, ArmSummary>;
}

/** Every memory of dimension 20 of the knowledge base of 300 players. */
export function settingsOf(arms: readonly ArmSummary[]): ExpectedSetting[] {
  return [...byPlace(arms)].flatMap(([place, members]) => {
    const own = members.flatMap((arm): [ArmName, ArmSummary][] => {
      const { config } = arm;
      if (!isGaussianAttention(config) || !isSetting(config) || arm.completed.length === 0) return [];
      return [[`${config.method} ${config.paths}`, arm]];
    });
    return own.length === 0 ? [] : [{ place, arms: new Map(own) }];
  });
}

function isSetting({ dataset, model, training, overrides }: AttentionConfig): boolean {
  if (dataset.name !== 'football' || overrides !== undefined) return false;
  const { players, clubs, countries, positions, ages, numbers } = dataset;
  const sizes = [players, clubs, countries, positions, ages, numbers, model.dimension];
  return sizes.join() === '300,40,10,4,15,23,20' && training.epochs >= 160;
}

/** The values of the arms that there are. */
export function judgedValues({ arms }: ExpectedSetting): JudgedValue[] {
  return expectedValues.flatMap((expected) => {
    const arm = arms.get(expected.arm);
    if (arm === undefined) return [];
    const of = (score: ScoreName) =>
      estimateOf([...resultsOf(arm, expected.sort).values()].map((result) => result[score]))!;
    const measured = { hits: of('hits_at_1'), rank: of('mean_rank') };
    const { hits, rank } = expected;
    const judged = {
      hits: within(measured.hits, [hits[0] - allowance.hits, hits[1] + allowance.hits]),
      rank: within(measured.rank, [rank[0] * (1 - allowance.rank), rank[1] * (1 + allowance.rank)]),
    };
    return [{ ...expected, measured, judged }];
  });
}

/** A claim about the arms, with what speaks for it. */
export interface JudgedClaim {
  claim: string;
  /** What is measured: hits@1, or a difference of hits@1. */
  measured: Estimate;
  isDifference: boolean;
  judged: Judgement;
}

interface Direction {
  claim: string;
  sort: SortName;
  /** The first is expected to be better than the second. */
  of: readonly [ArmName, ArmName];
}

/** What the prototype's rows say of one another, where they differ by more than their seeds. */
export const directions: readonly Direction[] = [
  {
    claim: 'training by paths improves paths of TransE',
    sort: 'path',
    of: ['transe composed', 'transe facts'],
  },
  { claim: 'and costs it facts', sort: 'single', of: ['transe facts', 'transe composed'] },
  { claim: 'and conjunctions', sort: 'conjunction', of: ['transe facts', 'transe composed'] },
  {
    claim: 'training by paths improves paths of TransGaussian',
    sort: 'path',
    of: ['trans-gaussian composed', 'trans-gaussian facts'],
  },
  {
    claim: 'and does not cost it conjunctions, which improve',
    sort: 'conjunction',
    of: ['trans-gaussian composed', 'trans-gaussian facts'],
  },
  ...sortNames.map((sort): Direction => {
    const claim = `with training by paths, learnt covariances improve on TransE: ${sort}`;
    return { claim, sort, of: ['trans-gaussian composed', 'transe composed'] };
  }),
];

/** Of each sort, what the arm that answers all is asserted to reach. */
export const enough = 0.99;

/** The claims that the arms that there are can be held against. */
export function judgedClaims({ arms }: ExpectedSetting): JudgedClaim[] {
  return [...assertionsOf(arms), ...othersOf(arms), ...directionsOf(arms)];
}

/** That TransGaussian with training by paths answers every sort. */
function assertionsOf(arms: ExpectedSetting['arms']): JudgedClaim[] {
  const arm = arms.get('trans-gaussian composed');
  if (arm === undefined) return [];
  return sortNames.map((sort) => {
    const measured = hitsOf(arm, sort);
    const claim = `TransGaussian with training by paths answers at least 99 %: ${sort}`;
    return { claim, measured, isDifference: false, judged: measured.mean >= enough ? 'met' : 'failed' };
  });
}

/** That no other of the arms of the table does: each is told by the sort that it answers worst. */
function othersOf(arms: ExpectedSetting['arms']): JudgedClaim[] {
  const names = new Set(expectedValues.map(({ arm }) => arm));
  return [...arms].flatMap(([name, arm]): JudgedClaim[] => {
    if (name === 'trans-gaussian composed' || !names.has(name)) return [];
    const hits = sortNames.map((sort) => ({ sort, measured: hitsOf(arm, sort) }));
    const worst = hits.reduce((least, one) => (one.measured.mean < least.measured.mean ? one : least));
    const claim = `${name} does not answer at least 99 % of every sort; its worst: ${worst.sort}`;
    return [
      { claim, measured: worst.measured, isDifference: false, judged: worst.measured.mean < enough ? 'met' : 'failed' },
    ];
  });
}

function directionsOf(arms: ExpectedSetting['arms']): JudgedClaim[] {
  return directions.flatMap(({ claim, sort, of }): JudgedClaim[] => {
    const [better, worse] = of.map((name) => arms.get(name));
    if (better === undefined || worse === undefined) return [];
    const [left, right] = [better, worse].map((arm) => hitsBySeed(arm, sort)) as [
      Map<number, number>,
      Map<number, number>,
    ];
    const measured = estimateOf(differencesOf(left, right));
    if (measured === null) return [];
    return [
      { claim: `${claim} (${of.join(' against ')}, ${sort})`, measured, isDifference: true, judged: above(measured) },
    ];
  });
}

function hitsBySeed(arm: ArmSummary, sort: SortName): Map<number, number> {
  return new Map([...resultsOf(arm, sort)].map(([seed, { hits_at_1 }]) => [seed, hits_at_1]));
}

function hitsOf(arm: ArmSummary, sort: SortName): Estimate {
  return estimateOf([...hitsBySeed(arm, sort).values()])!;
}
