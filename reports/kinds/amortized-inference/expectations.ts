import type { AmortizedConfig, ObjectiveSpec } from '../../../harness/spec/amortized-inference.ts';
import { differencesOf } from '../../arms/arm-summary.ts';
import { above, type Estimate, estimateOf, type Judgement, within } from '../estimates.ts';
import {
  bySeed,
  type EstimatedArm,
  estimated,
  estimatedByPlace,
  isPlain,
  type Stop,
  type StoppedValue,
  testInferenceGap,
  testLikelihood,
  trainLikelihood,
} from './estimated-arms.ts';

/** What is expected of arms on the generated bits, and whether it holds. All is in nats. */

export interface Expectation {
  claim: string;
  /** As it is expected, in figures. */
  expected: string;
  /** Null: the run lacks the arms. */
  measured: Estimate | null;
  isDifference: boolean;
  judged: Judgement | 'not tested';
}

/** The arms of one place that the expectations are about: dense encoders without decay, by objective. */
export interface ExpectedSetting {
  place: string;
  /** Samples of an estimate. */
  samples: number;
  arms: ReadonlyMap<string, EstimatedArm>;
}

/** `denoising 0.6` */
function nameOf(objective: ObjectiveSpec): string {
  switch (objective.name) {
    case 'denoising':
    case 'mixed':
      return `${objective.name} ${objective.sigma}`;
    case 'weight-bound':
      return `${objective.name} ${objective.bound}`;
    case 'importance-weighted':
      return `${objective.name} ${objective.samples}`;
    default:
      return objective.name;
  }
}

/** Every network of widths 100 and 100 that is trained as the prototype was. */
export function settingsOf(arms: readonly EstimatedArm[]): ExpectedSetting[] {
  const own = arms.filter((arm) => isPlain(arm) && isSetting(arm.config));
  return [...estimatedByPlace(own)].map(([place, members]) => {
    const named = new Map(members.map((one) => [nameOf(one.config.objective), one]));
    return { place, samples: members[0]!.config.estimate.samples, arms: named };
  });
}

function isSetting({ dataset, model, training, overrides }: AmortizedConfig): boolean {
  if (dataset.name !== 'generated-binary' || overrides !== undefined) return false;
  const { pixels, latent, units, trainExamples, testExamples } = dataset;
  const { steps, batchSize, learningRate } = training;
  const data = [pixels, latent, units, trainExamples, testExamples].join();
  const network = [...model.hidden, model.latent].join();
  const schedule = [steps, batchSize, learningRate].join();
  return data === '64,5,32,200,500' && network === '100,100,8' && schedule === '3000,50,0.001';
}

/** What a prototype measured: the least and the greatest of two seeds, and by how many samples. */
interface ExpectedValue {
  arm: string;
  of: string;
  value: StoppedValue;
  stop: Stop;
  range: readonly [number, number];
  samples: number;
}

/** How far outside its range a mean still counts as the expected value: the prototype drew its data otherwise. */
export const allowances = { likelihood: 2, gap: 1 } as const;

const rowOf = (
  arm: string,
  test: ExpectedValue['range'],
  train: ExpectedValue['range'],
  gap: ExpectedValue['range'],
): ExpectedValue[] => [
  { arm, of: 'test ln p(x)', value: testLikelihood, stop: 'fixed', range: test, samples: 500 },
  { arm, of: 'training ln p(x)', value: trainLikelihood, stop: 'fixed', range: train, samples: 500 },
  { arm, of: 'inference gap', value: testInferenceGap, stop: 'fixed', range: gap, samples: 500 },
];

const testOf = (arm: string, range: ExpectedValue['range'], samples: number, stop: Stop = 'fixed'): ExpectedValue => ({
  arm,
  of: stop === 'early' ? 'test ln p(x), stopped early (prototype: by test examples)' : 'test ln p(x)',
  value: testLikelihood,
  stop,
  range,
  samples,
});

export const expectedValues: readonly ExpectedValue[] = [
  ...rowOf('vae', [-33.2, -33.1], [-18.4, -18.2], [4.1, 4.4]),
  ...rowOf('denoising 0.3', [-31.4, -31.2], [-20.7, -20.4], [2.7, 2.8]),
  ...rowOf('denoising 0.6', [-30.3, -30.3], [-24.2, -24], [1.9, 2.2]),
  ...rowOf('denoising 1', [-31.7, -31.7], [-29, -28.9], [1.1, 1.2]),
  testOf('vae', [-33.2, -32.9], 3000),
  testOf('denoising 0.6', [-30.2, -30.1], 3000),
  testOf('vae', [-30.1, -30], 64, 'early'),
  testOf('denoising 0.3', [-29.9, -29.8], 64, 'early'),
];

/** One mean against its range. */
function valueExpectation({ arms }: ExpectedSetting, one: ExpectedValue): Expectation {
  const { arm: name, of, value, stop, range, samples } = one;
  const claim = `${name}: ${of} (prototype: by ${samples} samples)`;
  const [low, high] = range;
  const expected = low === high ? `${low}` : `${low} to ${high}`;
  const arm = arms.get(name);
  if (arm === undefined) return untested(claim, expected, false);
  const measured = estimated(arm, stop, value);
  const allowance = value === testInferenceGap ? allowances.gap : allowances.likelihood;
  return {
    claim,
    expected,
    measured,
    isDifference: false,
    judged: within(measured, [low - allowance, high + allowance]),
  };
}

/** That a value of one arm is above that of another at the same seeds. */
interface Direction {
  claim: string;
  expected: string;
  of: readonly [string, string];
  value: StoppedValue;
  stop: Stop;
}

/** The arms by σ: the variational autoencoder's is 0. */
const bySigma = ['vae', 'denoising 0.3', 'denoising 0.6', 'denoising 1'] as const;

/** Of each step to a greater σ. */
const falling = (what: string, value: StoppedValue): Direction[] =>
  bySigma.slice(1).map((name, index) => ({
    claim: `${what} falls with σ: ${bySigma[index]} against ${name}`,
    expected: 'above 0',
    of: [bySigma[index]!, name],
    value,
    stop: 'fixed',
  }));

const above0 = (claim: string, of: readonly [string, string], stop: Stop = 'fixed', expected = 'above 0') => ({
  claim,
  expected,
  of,
  value: testLikelihood,
  stop,
});

export const directions: readonly Direction[] = [
  above0('the best σ is inside: 0.6 against none', ['denoising 0.6', 'vae'], 'fixed', '+2 to +3'),
  above0('the best σ is inside: 0.6 against 0.3', ['denoising 0.6', 'denoising 0.3']),
  above0('the best σ is inside: 0.6 against 1', ['denoising 0.6', 'denoising 1']),
  // By a cap on column norms that is not this one.
  above0('a bound of 0.5 on the weights gains', ['weight-bound 0.5', 'vae'], 'fixed', '+0.4 to +0.7'),
  above0('one of 0.25 loses', ['vae', 'weight-bound 0.25'], 'fixed', '+2.7 to +3'),
  ...falling('training ln p(x)', trainLikelihood),
  ...falling('inference gap of test examples', testInferenceGap),
  above0('stopped early, noise still gains: σ = 0.3', ['denoising 0.3', 'vae'], 'early', 'about +0.2'),
];

function directionExpectation({ arms }: ExpectedSetting, { claim, expected, of, value, stop }: Direction): Expectation {
  const [left, right] = of.map((name) => arms.get(name));
  if (left === undefined || right === undefined) return untested(claim, expected, true);
  const measured = estimateOf(differencesOf(bySeed(left, stop, value), bySeed(right, stop, value)));
  if (measured === null) return untested(claim, expected, true);
  return { claim, expected, measured, isDifference: true, judged: above(measured) };
}

/** That most of the gain of noise is gone where training is stopped by validation. */
function stoppingExpectation({ arms }: ExpectedSetting): Expectation {
  const claim = 'stopping early takes most of the gain of σ = 0.3: gain after the fixed length less twice that';
  const [vae, noisy] = ['vae', 'denoising 0.3'].map((name) => arms.get(name));
  if (vae === undefined || noisy === undefined) return untested(claim, 'above 0', true);
  const gains = (stop: Stop) => {
    const [left, right] = [noisy, vae].map((arm) => bySeed(arm, stop, testLikelihood)) as [
      Map<number, number>,
      Map<number, number>,
    ];
    return differencesOf(left, right);
  };
  const [fixed, early] = [gains('fixed'), gains('early')];
  const measured = estimateOf(fixed.map((gain, index) => gain - 2 * early[index]!));
  if (measured === null) return untested(claim, 'above 0', true);
  return { claim, expected: 'above 0', measured, isDifference: true, judged: above(measured) };
}

function untested(claim: string, expected: string, isDifference: boolean): Expectation {
  return { claim, expected, measured: null, isDifference, judged: 'not tested' };
}

/** Every expectation, tested or not: directions first. */
export function expectationsOf(setting: ExpectedSetting): Expectation[] {
  return [
    ...directions.map((direction) => directionExpectation(setting, direction)),
    stoppingExpectation(setting),
    ...expectedValues.map((value) => valueExpectation(setting, value)),
  ];
}
