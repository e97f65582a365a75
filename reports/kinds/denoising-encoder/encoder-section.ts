import { tallyText } from '../../../baselines/wording.ts';
import {
  type DenoisingEncoderConfig,
  type DenoisingEncoderDetails,
  isDenoisingEncoder,
} from '../../../harness/spec/denoising-encoder.ts';
import { byPlace } from '../../arms/arm-groups.ts';
import { type ArmSummary, differencesOf } from '../../arms/arm-summary.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { fixed, notMeasured } from '../../render/format.ts';
import { above, type Estimate, estimateOf, type Judgement, within } from '../estimates.ts';

type Details = NonNullable<DenoisingEncoderDetails>;

/** An arm with a completed seed. */
interface EncoderArm {
  arm: ArmSummary;
  sigma: number;
  /** By seed. */
  details: ReadonlyMap<number, Details>;
}

/** What prototypes measured with one draw of ten points, by σ. */
const expected: readonly { sigma: number; error: number; share: number }[] = [
  { sigma: 0.2, error: 0.064, share: 0.06 / 2.54 },
  { sigma: 0.5, error: 0.047, share: 0.38 / 2.54 },
  { sigma: 1, error: 0.026, share: 1.38 / 2.54 },
  { sigma: 5, error: 0.032, share: 2.47 / 2.54 },
];

/** How far from the prototype's a mean still counts as its value: its points were drawn otherwise. */
const allowance = 0.04;

export interface EncoderExpectation {
  claim: string;
  expected: string;
  /** Null: the run lacks the arms. */
  measured: Estimate | null;
  judged: Judgement | 'not tested';
}

/** How near encoders come to the best ones, and what is expected of both; none without a completed arm. */
export function encoderSection(arms: readonly ArmSummary[]): Section | null {
  const all = encoderArmsOf(arms);
  if (all.length === 0) return null;
  const expectations = [...byPlace(all.map(({ arm }) => arm)).values()].flatMap((members) =>
    encoderExpectations(all.filter(({ arm }) => members.includes(arm))),
  );
  return {
    heading: 'Denoising encoders against the best ones',
    blocks: [
      table(all, armColumns),
      text(`Of what is expected: ${tallyText(expectations.map(({ judged }) => judged))}.`),
      table(expectations, columns),
      text(legend),
    ],
  };
}

const legend =
  'The best encoder of a noisy point is the average of the posteriors’ natural parameters, weighted by the density of ' +
  'the noise (Shu et al. 2018; derived anew here). Error: root mean square of the trained mean against it. Divergence: E ' +
  'KL(q ‖ p(z|x)) in nats, of the trained encoder, of the best one, and of the best constant one, which σ → ∞ leaves. ' +
  `Errors of a prototype, which drew its points otherwise, are met within ${allowance}, open where only the 95 % interval ` +
  'over seeds reaches there. How far apart points lie decides the shares, and how far the prototype’s did is not known: ' +
  'they are shown, and judged by the exact checks of the closed form alone. A difference is met where ' +
  'the interval lies above zero, failed where its mean does not, and else open.';

/** The arms with their details, by σ. */
export function encoderArmsOf(arms: readonly ArmSummary[]): EncoderArm[] {
  return arms.flatMap((arm): EncoderArm[] => {
    if (!isDenoisingEncoder(arm.config)) return [];
    const details = new Map(
      arm.completed.flatMap(({ seed, details: own }): [number, Details][] => {
        // A record's details have been checked against its kind's schema.
        const told = own as DenoisingEncoderDetails;
        return told === null ? [] : [[seed, told]];
      }),
    );
    const { sigma } = arm.config as DenoisingEncoderConfig;
    return details.size === 0 ? [] : [{ arm, sigma, details }];
  });
}

const bySeed = ({ details }: EncoderArm, value: (own: Details) => number) =>
  new Map([...details].map(([seed, own]) => [seed, value(own)]));

const estimated = (arm: EncoderArm, value: (own: Details) => number) => estimateOf([...bySeed(arm, value).values()])!;

/** @param arms of one place */
export function encoderExpectations(arms: readonly EncoderArm[]): EncoderExpectation[] {
  const of = (sigma: number) => arms.find((arm) => arm.sigma === sigma);
  const value = (
    claim: string,
    center: number,
    allowance: number,
    own: EncoderArm | undefined,
    told: (details: Details) => number,
  ): EncoderExpectation => {
    const shown = fixed(3)(center);
    if (own === undefined) return { claim, expected: shown, measured: null, judged: 'not tested' };
    const measured = estimated(own, told);
    const judged = within(measured, [center - allowance, center + allowance]);
    return { claim, expected: shown, measured, judged };
  };
  const shareOf = (details: Details) => details.least_divergence / details.constant_divergence;
  return [
    ...expected.map(({ sigma, error }) =>
      value(`error at σ = ${sigma}`, error, allowance, of(sigma), (details) => details.error),
    ),
    value('variance at σ = 0.5, that of the posteriors', 0.25, 0.01, of(0.5), ({ variance }) => variance),
    ...expected.map(({ sigma, share }): EncoderExpectation => {
      const claim = `least divergence over a constant encoder’s at σ = ${sigma}`;
      const own = of(sigma);
      const measured = own === undefined ? null : estimated(own, shareOf);
      return { claim, expected: fixed(3)(share), measured, judged: 'not tested' };
    }),
    ...expected.slice(1).map(({ sigma }, index): EncoderExpectation => {
      const before = expected[index]!.sigma;
      const claim = `the least divergence rises with σ: ${sigma} against ${before}`;
      const [left, right] = [of(sigma), of(before)];
      if (left === undefined || right === undefined)
        return { claim, expected: 'above 0', measured: null, judged: 'not tested' };
      const least = ({ least_divergence }: Details) => least_divergence;
      const measured = estimateOf(differencesOf(bySeed(left, least), bySeed(right, least)));
      return { claim, expected: 'above 0', measured, judged: measured === null ? 'not tested' : above(measured) };
    }),
  ];
}

const shown = ({ mean, reach }: Estimate) => `${mean.toFixed(3)}${reach === null ? '' : ` ± ${reach.toFixed(3)}`}`;
const column = (name: string, value: (details: Details) => number): Column<EncoderArm> => ({
  name,
  cell: (arm) => shown(estimated(arm, value)),
  numeric: true,
});

const armColumns: Column<EncoderArm>[] = [
  { name: 'σ', cell: ({ sigma }) => String(sigma), numeric: true },
  { name: 'n', cell: ({ details }) => String(details.size), numeric: true },
  column('error', ({ error }) => error),
  column('sd of means', ({ standard_deviation }) => standard_deviation),
  column('variance', ({ variance }) => variance),
  column('divergence', ({ divergence }) => divergence),
  column('least', ({ least_divergence }) => least_divergence),
  column('of a constant', ({ constant_divergence }) => constant_divergence),
];

const columns: Column<EncoderExpectation>[] = [
  { name: 'expected', cell: ({ claim }) => claim },
  { name: 'value', cell: (one) => one.expected, numeric: true },
  { name: 'measured', cell: ({ measured }) => (measured === null ? notMeasured : shown(measured)), numeric: true },
  { name: 'verdict', cell: ({ judged }) => judged },
];
