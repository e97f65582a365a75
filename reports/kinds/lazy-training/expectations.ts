import { grouped } from '../../../baselines/arms.ts';
import type { FitName, RegimeName, TargetName } from '../../../harness/spec/lazy-training.ts';
import { sampleDeviation } from '../../../harness/statistics/moments.ts';
import { fixed } from '../../render/format.ts';
import { type FittedArm, meanOptimum, shortNames } from './fitted-arms.ts';

/** What is expected of lazy training, each held against the run. */
export interface Expectation {
  expected: string;
  /** What the run has, in figures. */
  measured: string;
  /** Null: the run has nothing that could meet it or fail it. */
  met: boolean | null;
}

/** Every expectation, in the order of the table. */
export function expectationsOf(arms: readonly FittedArm[]): Expectation[] {
  return [
    ...limitExpectations(arms),
    ...prototypeExpectations(arms),
    meanExpectation(arms),
    orderExpectation(arms),
    fallExpectation(arms),
    remainsExpectation(arms),
    vanishesExpectation(arms),
    eckartYoungExpectation(arms),
    entireMixtureExpectation(arms),
    constantExpectation(arms),
    sampledExpectation(arms),
    adamExpectation(arms),
  ];
}

const risk = fixed(4);

/** From so many dimensions on risks are to be near their limits, up to N = d. */
const nearLimit = { dimensions: 200, difference: 0.02 };

/** The limits of the authors' target, by N/d. */
const limits: readonly (readonly [RegimeName, readonly (readonly [number, number])[]])[] = [
  [
    'random-features',
    [
      [0.25, 0.9],
      [0.5, 0.833],
      [0.75, 0.786],
      [1, 0.75],
      [2, 0.667],
    ],
  ],
  [
    'neural-tangent',
    [
      [0.25, 0.656],
      [0.5, 0.375],
      [0.75, 0.156],
      [1, 0],
      [2, 0],
    ],
  ],
  [
    'neural-network',
    [
      [0.25, 0.163],
      [0.5, 0.033],
      [0.75, 0.003],
      [1, 0],
      [2, 0],
    ],
  ],
];

/** Within 0.02 of the limits; RF of N = 2d converges slowly, from below. */
function limitExpectations(arms: readonly FittedArm[]): Expectation[] {
  return limits.flatMap(([regime, values]) =>
    values.map(([ratio, limit]) => {
      const slow = regime === 'random-features' && ratio > 1;
      const expected = `${shortNames[regime]}, quadratic, N/d = ${ratio}: limit ${limit}${slow ? ', from below' : ''}`;
      const found = chosen(arms, { target: 'quadratic', fit: 'closed-form', regime }).filter(
        ({ config }) => config.widthRatio === ratio,
      );
      const largest = found.reduce<FittedArm | null>(
        (most, arm) => (most === null || arm.config.dimension > most.config.dimension ? arm : most),
        null,
      );
      if (largest === null) return untested(expected);
      const { dimension } = largest.config;
      const measured = `${risk(largest.risk)} at d = ${dimension}`;
      if (dimension < nearLimit.dimensions) {
        return { expected, measured: `${measured}; limits are tested from d = ${nearLimit.dimensions} on`, met: null };
      }
      const difference = largest.risk - limit;
      return {
        expected,
        measured,
        met: (slow || difference >= -nearLimit.difference) && difference <= nearLimit.difference,
      };
    }),
  );
}

/**
 * What prototypes measured of the quadratic target at N = d/2: mean and standard deviation over so many draws of the
 * features at one target. Here every seed draws a target as well, of which theirs is one.
 */
const prototypes = [
  { regime: 'random-features', dimension: 100, mean: 0.829, deviation: 0.008, draws: 30 },
  { regime: 'neural-tangent', dimension: 100, mean: 0.3737, deviation: 0.016, draws: 30 },
  { regime: 'random-features', dimension: 200, mean: 0.836, deviation: 0.004, draws: 10 },
  { regime: 'neural-tangent', dimension: 200, mean: 0.377, deviation: 0.009, draws: 10 },
] as const;

/** Within three standard errors of the difference of two means, by the spread over targets that this run has. */
function prototypeExpectations(arms: readonly FittedArm[]): Expectation[] {
  return prototypes.map(({ regime, dimension, mean: center, deviation, draws }) => {
    const expected = `${shortNames[regime]}, quadratic, d = ${dimension}, N = ${dimension / 2}: ${center} ± ${deviation} over ${draws} draws of features`;
    const arm = chosen(arms, { target: 'quadratic', fit: 'closed-form', regime }).find(
      ({ config }) => config.dimension === dimension && config.widthRatio === 0.5,
    );
    if (arm === undefined) return untested(expected);
    const n = arm.cells.length;
    const spread = sampleDeviation(risksOf(arm));
    if (spread === null)
      return { expected, measured: `${risk(arm.risk)} of one target, whose spread is not known`, met: null };
    const error = Math.sqrt(deviation ** 2 / draws + spread ** 2 * (1 + 1 / n));
    const distance = Math.abs(arm.risk - center) / error;
    const measured = `${risk(arm.risk)} ± ${risk(spread)} over ${n} targets, ${distance.toFixed(1)} standard errors away (3 at most)`;
    return { expected, measured, met: distance <= 3 };
  });
}

/** The formula of the mean over the features, at the targets that were drawn. */
function meanExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'NT, quadratic: mean over draws is the formula’s mean over features, within 0.02 from 4 draws on';
  const found = chosen(arms, { target: 'quadratic', fit: 'closed-form', regime: 'neural-tangent' }).filter(
    ({ cells, config }) => cells.length >= 4 && config.widthRatio < 1,
  );
  const differences = found.map((arm) => Math.abs(arm.risk - meanOptimum(arm)!));
  return within(expected, differences, 0.02, 'largest difference');
}

/** RF, NT and NN at one width, target and seed. */
function orderExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'NN beats NT, and NT beats RF, at every N < d, target and seed';
  const closed = arms.filter(({ config }) => config.fit.name === 'closed-form' && config.widthRatio < 1);
  const triples = [...grouped(closed, ({ arm, config }) => `${arm.dataset} ${config.widthRatio}`).values()].flatMap(
    (members) => {
      const risksOf = (regime: RegimeName) => bySeed(members.find(({ config }) => config.method === regime));
      const [rf, nt, nn] = [risksOf('random-features'), risksOf('neural-tangent'), risksOf('neural-network')];
      return [...rf].flatMap(([seed, one]) => {
        const [two, three] = [nt.get(seed), nn.get(seed)];
        return two === undefined || three === undefined ? [] : [three < two && two < one];
      });
    },
  );
  return counted(expected, triples, 'triples');
}

/** Narrower networks' features are the first of wider ones': RF of one seed can only fall. */
function fallExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'RF falls with N, at every target and seed';
  const all = arms.filter(({ config }) => config.fit.name === 'closed-form' && config.method === 'random-features');
  const steps = [...grouped(all, ({ arm }) => String(arm.dataset)).values()].flatMap((members) => {
    const sorted = [...members].sort((left, right) => left.width - right.width);
    return sorted.slice(1).flatMap((arm, i) => {
      const before = bySeed(sorted[i]);
      return [...bySeed(arm)].flatMap(([seed, now]) => {
        const then = before.get(seed);
        return then === undefined ? [] : [now < then];
      });
    });
  });
  return counted(expected, steps, 'steps from one width to the next');
}

function remainsExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'RF, quadratic: stays above zero at every N';
  const risks = chosen(arms, { target: 'quadratic', fit: 'closed-form', regime: 'random-features' }).flatMap(risksOf);
  if (risks.length === 0) return untested(expected);
  const least = Math.min(...risks);
  return { expected, measured: `${risk(least)} at least`, met: least > 0.01 };
}

function vanishesExpectation(arms: readonly FittedArm[]): Expectation {
  const risks = (['neural-tangent', 'neural-network'] as const).flatMap((regime) =>
    chosen(arms, { target: 'quadratic', fit: 'closed-form', regime }).filter(isWide).flatMap(risksOf),
  );
  return within('NT and NN, quadratic: zero from N = d on', risks, 1e-9, 'largest risk');
}

/** Of a non-convex problem. */
function eckartYoungExpectation(arms: readonly FittedArm[]): Expectation {
  const expected =
    'NN: gradient descent on the risk comes to the largest eigenvalues’ risk (0.160249 against 0.160249)';
  const found = arms.filter(
    ({ config }) => config.fit.name === 'gradient-descent' && config.method === 'neural-network',
  );
  return within(expected, found.flatMap(excessesOf), 1e-4, 'largest difference');
}

/** 1/(1 + ½Σδ²/(1 + δ²)): the least risk of all quadratic forms. */
function entireMixtureExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'Mixture: NT and NN have the least risk of all forms, the same one, from N = d on, and RF more';
  const wide = arms.filter((arm) => arm.config.target === 'mixture' && isWide(arm));
  const closed = wide.filter(({ config }) => config.fit.name === 'closed-form');
  const triples = [...grouped(closed, ({ arm, config }) => `${arm.dataset} ${config.widthRatio}`).values()].flatMap(
    (members) => {
      const of = (regime: RegimeName) => bySeed(members.find(({ config }) => config.method === regime));
      const [rf, nt, nn] = [of('random-features'), of('neural-tangent'), of('neural-network')];
      return [...nn].map(([seed, least]) => Math.abs(nt.get(seed)! - least) <= 1e-9 && rf.get(seed)! > least);
    },
  );
  return counted(expected, triples, 'triples');
}

function constantExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'No best network is worse than the best constant, whose risk is 1';
  const risks = arms.filter(({ config }) => config.fit.name === 'closed-form').flatMap(risksOf);
  return within(expected, risks, 1, 'largest risk');
}

/** Of all fits: a formula of the risk against examples. */
function sampledExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = 'Fresh examples say the risk that the formula says (mixture: 0.6158 against 0.6148)';
  const distances = arms
    .flatMap(({ cells }) => cells)
    .filter(({ details }) => details.sampled_standard_error > 1e-12)
    .map((cell) => Math.abs(cell.sampledRisk - cell.risk) / cell.details.sampled_standard_error);
  return within(expected, distances, 6, 'furthest, in standard errors');
}

/** Fewer steps show that Adam runs and learns. */
const fewestSteps = 3000;

function adamExpectation(arms: readonly FittedArm[]): Expectation {
  const expected = `Adam on fresh examples: within 0.05 of the least risk at N < d after ${fewestSteps} steps, never below it`;
  const found = arms.filter(
    ({ config: { fit, widthRatio } }) => fit.name === 'adam' && fit.steps >= fewestSteps && widthRatio < 1,
  );
  const excesses = found.flatMap(excessesOf);
  if (excesses.length === 0) return untested(expected);
  const [least, most] = [Math.min(...excesses), Math.max(...excesses)];
  const measured = `${least.toExponential(1)} to ${most.toExponential(1)} above it, in ${excesses.length} cells`;
  return { expected, measured, met: least >= -1e-9 && most <= 0.05 };
}

function chosen(
  arms: readonly FittedArm[],
  { target, fit, regime }: { target: TargetName; fit: FitName; regime: RegimeName },
): FittedArm[] {
  return arms.filter(({ config }) => config.target === target && config.fit.name === fit && config.method === regime);
}

function isWide({ config }: FittedArm): boolean {
  return config.widthRatio >= 1;
}

function risksOf({ cells }: FittedArm): number[] {
  return cells.map((cell) => cell.risk);
}

function excessesOf({ cells }: FittedArm): number[] {
  return cells.map((cell) => cell.risk - cell.details.optimum);
}

function bySeed(arm: FittedArm | undefined): Map<number, number> {
  return new Map((arm?.cells ?? []).map((cell) => [cell.seed, cell.risk]));
}

function untested(expected: string): Expectation {
  return { expected, measured: 'no such cell in this run', met: null };
}

function within(expected: string, values: readonly number[], most: number, what: string): Expectation {
  if (values.length === 0) return untested(expected);
  const largest = Math.max(...values.map(Math.abs));
  const shown = largest !== 0 && largest < 0.001 ? largest.toExponential(1) : risk(largest);
  return { expected, measured: `${what} ${shown}, of ${values.length} (${most} at most)`, met: largest <= most };
}

function counted(expected: string, held: readonly boolean[], what: string): Expectation {
  if (held.length === 0) return untested(expected);
  const met = held.filter(Boolean).length;
  return { expected, measured: `in ${met} of ${held.length} ${what}`, met: met === held.length };
}
