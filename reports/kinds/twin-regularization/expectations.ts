import type { RecognizerName, TwinConfig } from '../../../harness/spec/twin-regularization.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { differencesOf } from '../../arms/arm-summary.ts';
import { placeOf } from '../../arms/coordinates.ts';
import { above, type Estimate, estimateOf, type Judgement, within } from '../estimates.ts';
import { type BySeed, lastBySeed, measuredBySeed, percent, percentText, type RecognizerArm } from './error-values.ts';

/** What is expected of recognizers and their twins, each held against the run. */
export interface Expectation {
  /** Where: `minimal-gru-1x32 on spoken-words-1.8`. */
  place: string;
  expected: string;
  /** What the run has, in figures. */
  measured: string;
  judged: Judgement | 'not tested';
}

/** Every expectation: the prototype's values, directions and identities at each place, then the published values. */
export function expectationsOf(arms: readonly RecognizerArm[]): Expectation[] {
  const dense = arms.filter(({ config }) => config.budget === 1 && config.regularizer === 'none');
  const places = [...byPlace(dense.map(({ arm }) => arm))].map(([place, own]): [string, RecognizerArm[]] => [
    place,
    dense.filter(({ arm }) => own.includes(arm)),
  ]);
  return [
    ...places.flatMap(([place, own]) => valueExpectations(place, own)),
    ...places.flatMap(([place, own]) => directionExpectations(place, own)),
    ...arms.flatMap(checkExpectation),
    ...publishedExpectations(dense),
  ];
}

/** A recognizer with the λ of its twin; null: it has none. */
type ArmName = readonly [RecognizerName, number | null];

const uni: ArmName = ['unidirectional', null];
const shared: ArmName = ['shared-twin', 0.6];
const both: ArmName = ['bidirectional', null];

export interface ExpectedValue {
  arm: ArmName;
  /** The best test frame error of a training, that of its last update, or the phone error of the best one. */
  of: 'best' | 'last' | 'phone';
  /** Of the prototype's seeds, in per cent. */
  seeds: readonly number[];
}

/** Of a prototype, which draws words, utterances and weights by seed, and has its best update chosen by the test. */
export const expectedValues: readonly ExpectedValue[] = [
  { arm: uni, of: 'best', seeds: [40.5, 41.8, 42.8] },
  { arm: ['separate-twin', 0.6], of: 'best', seeds: [40.5, 41.8, 42.2] },
  { arm: ['separate-twin', 2], of: 'best', seeds: [40.6, 40.6, 40.6] },
  { arm: ['stopped-twin', 2], of: 'best', seeds: [40.2, 40.9, 40.4] },
  { arm: shared, of: 'best', seeds: [40.3, 40.2] },
  { arm: both, of: 'best', seeds: [35.1, 34.9] },
  { arm: uni, of: 'last', seeds: [46.8, 46.0] },
  { arm: shared, of: 'last', seeds: [44.3, 44.4] },
];

/** How far outside the range of the prototype's seeds a mean still counts as the expected value: other words were drawn. */
export const allowance = 0.03;

/** Whether a place is that of the prototype. */
function isPrototypes({ model, dataset, training, overrides }: TwinConfig): boolean {
  if (dataset.name !== 'spoken-words' || overrides !== undefined) return false;
  const { phones, words, phonesPerWord, leastFrames, mostFrames, dimension, noise, frames } = dataset;
  const data = [phones, words, phonesPerWord, leastFrames, mostFrames, dimension, noise, frames];
  const { trainUtterances, testUtterances } = dataset;
  const network = [model.cell, model.layers, model.width, training.updates, training.batchSize];
  return (
    [...data, trainUtterances, testUtterances].join() === '10,12,4,2,4,10,1.8,30,60,300' &&
    network.join() === 'minimal-gru,1,32,400,16'
  );
}

function valueExpectations(place: string, arms: readonly RecognizerArm[]): Expectation[] {
  return expectedValues.flatMap(({ arm: name, of, seeds }) => {
    const arm = armNamed(arms, name);
    if (arm === undefined || !isPrototypes(arm.config)) return [];
    const measured = estimateOf([...errorsOf(arm, of).values()])!;
    const [low, high] = [Math.min(...seeds) / 100, Math.max(...seeds) / 100];
    const range = low === high ? percent(low) : `${percent(low)} to ${percent(high)}`;
    const what = { best: 'frame error', last: 'frame error at the last update', phone: 'phone error' }[of];
    return [
      {
        place,
        expected: `${nameText(name)}: ${what} ${range} %`,
        measured: `${percentText(measured)} %`,
        judged: within(measured, [low - allowance, high + allowance]),
      },
    ];
  });
}

function armNamed(arms: readonly RecognizerArm[], [method, weight]: ArmName): RecognizerArm | undefined {
  return arms.find(({ config }) => config.method === method && config.twinWeight === weight);
}

function errorsOf(arm: RecognizerArm, of: ExpectedValue['of']): BySeed {
  return of === 'last' ? lastBySeed(arm) : measuredBySeed(arm, of === 'phone' ? 'phone_error' : 'frame_error');
}

function nameText([method, weight]: ArmName): string {
  return weight === null ? method : `${method}, λ = ${weight}`;
}

interface Direction {
  claim: string;
  /** The first is expected to err less than the second. */
  of: readonly [ArmName, ArmName];
  at: ExpectedValue['of'];
}

/** uni > twin > bidirectional, in frame error, and as published in phone error; and that twins keep a network longer from learning its training frames by heart. */
export const directions: readonly Direction[] = [
  { claim: 'the twin of shared weights errs less than none', of: [shared, uni], at: 'best' },
  { claim: 'and at the last update', of: [shared, uni], at: 'last' },
  { claim: 'reading both ways errs less than the twin', of: [both, shared], at: 'best' },
  { claim: 'reading both ways errs less than reading forwards', of: [both, uni], at: 'best' },
  { claim: 'a separate twin errs less than none', of: [['separate-twin', 2], uni], at: 'best' },
  { claim: 'a separate twin without gradient errs less than none', of: [['stopped-twin', 2], uni], at: 'best' },
  { claim: 'the twin of shared weights has fewer phone errors than none', of: [shared, uni], at: 'phone' },
  { claim: 'a separate twin has fewer phone errors than none', of: [['separate-twin', 2], uni], at: 'phone' },
  { claim: 'a separate twin without gradient has fewer phone errors', of: [['stopped-twin', 2], uni], at: 'phone' },
];

function directionExpectations(place: string, arms: readonly RecognizerArm[]): Expectation[] {
  const judged = directions.flatMap(({ claim, of, at }): Expectation[] => {
    const [better, worse] = of.map((name) => armNamed(arms, name));
    if (better === undefined || worse === undefined) return [];
    const gains = differencesOf(errorsOf(worse, at), errorsOf(better, at));
    const measured = estimateOf(gains);
    if (measured === null) return [];
    const names = of.map(nameText).join(' against ');
    return [{ place, expected: `${claim} (${names})`, measured: pointsText(measured), judged: above(measured) }];
  });
  return [...judged, ...withoutTwin(place, arms)];
}

/** By how many points the first errs less. */
function pointsText(measured: Estimate): string {
  return `${measured.mean > 0 ? '+' : ''}${percentText(measured)} points fewer`;
}

/** That λ = 0 reproduces the unidirectional network exactly. */
function withoutTwin(place: string, arms: readonly RecognizerArm[]): Expectation[] {
  const [none, alone] = [armNamed(arms, ['shared-twin', 0]), armNamed(arms, uni)];
  if (none === undefined || alone === undefined) return [];
  const [left, right] = [none, alone].map(({ cells }) => new Map(cells.map(({ seed, record }) => [seed, record])));
  const pairs = [...left!].flatMap(([seed, record]) => {
    const other = right!.get(seed);
    return other === undefined ? [] : [record.weights_digest === other.weights_digest];
  });
  if (pairs.length === 0) return [];
  const equal = pairs.filter((same) => same).length;
  return [
    {
      place,
      expected: 'a twin of λ = 0 leaves the weights of the unidirectional network, to the bit',
      measured: `${equal} of ${pairs.length} seeds`,
      judged: equal === pairs.length ? 'met' : 'failed',
    },
  ];
}

/** What the exact checks of an arm's records say. */
function checkExpectation({ arm, config, cells }: RecognizerArm): Expectation[] {
  const checks = cells.flatMap(({ record }) => record.checks);
  const differences = checks.map(({ expected, measured }) => Math.abs((measured ?? Number.NaN) - expected));
  if (checks.length === 0) return [];
  const sees = config.method === 'bidirectional' ? '' : 'sees no frame of the future but those that it may; ';
  const costs = config.method === 'bidirectional' || config.lookAhead > 0 ? 'formula' : 'the unidirectional network';
  const weight = config.twinWeight === null ? null : config.twinWeight;
  const factorized = config.budget === 1 ? '' : `, budget ${config.budget}, ${config.init} init, ${config.regularizer}`;
  return [
    {
      place: placeOf(arm),
      expected: `${nameText([config.method, weight])}${factorized}: ${sees}operations and parameters of ${costs}`,
      measured: `${checks.length} checks, largest difference ${Math.max(...differences)}`,
      judged: differences.every((difference) => difference === 0) ? 'met' : 'failed',
    },
  ];
}

interface Published {
  expected: string;
  /** Of which frame error, in per cent; null: nothing here is like it. */
  value: { arm: ArmName; of: 'validation' | 'test'; percent: number } | null;
}

/** The authors' logs of one seed, and what is told of the parent work. */
export const published: readonly Published[] = [
  {
    expected: 'TIMIT, unidirectional: frame error of validation 46.1 %',
    value: { arm: uni, of: 'validation', percent: 46.1 },
  },
  { expected: 'TIMIT, unidirectional: frame error 47.1 %', value: { arm: uni, of: 'test', percent: 47.1 } },
  {
    expected: 'TIMIT, shared-twin, λ = 0.6: frame error of validation 45.1 %',
    value: { arm: shared, of: 'validation', percent: 45.1 },
  },
  { expected: 'TIMIT, shared-twin, λ = 0.6: frame error 45.9 %', value: { arm: shared, of: 'test', percent: 45.9 } },
  {
    expected: 'TIMIT with Kaldi’s decoder, scores 3 to 7, unidirectional: phone error 18.1, 17.8, 17.7, 17.5, 17.5 %',
    value: null,
  },
  {
    expected:
      'TIMIT with Kaldi’s decoder, scores 3 to 7, shared-twin, λ = 0.6: phone error 17.5, 17.1, 17.0, 17.2, 17.3 %',
    value: null,
  },
  { expected: 'Twin Networks on WSJ: character error from 6.8 to 6.2 %, word error from 9.0 to 8.4 %', value: null },
];

/** Held against a run of the published recognizer on a folder of archives, which is taken to be of TIMIT. */
function publishedExpectations(arms: readonly RecognizerArm[]): Expectation[] {
  const own = arms.filter(({ config: { dataset, model } }) => {
    return dataset.name === 'kaldi' && [model.cell, model.layers, model.width].join() === 'light-gru,5,550';
  });
  return published.map(({ expected, value }): Expectation => {
    const arm = value === null ? undefined : armNamed(own, value.arm);
    if (value === null || arm === undefined)
      return { place: 'published', expected, measured: '–', judged: 'not tested' };
    const errors =
      value.of === 'test'
        ? [...measuredBySeed(arm, 'frame_error').values()]
        : arm.cells.map(({ details }) => details.validation.frame_error);
    const measured = estimateOf(errors)!;
    const bounds = [value.percent / 100 - allowance, value.percent / 100 + allowance] as const;
    return { place: 'published', expected, measured: `${percentText(measured)} %`, judged: within(measured, bounds) };
  });
}
