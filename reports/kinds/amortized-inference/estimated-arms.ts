import { grouped } from '../../../baselines/arms.ts';
import {
  type AmortizedConfig,
  type AmortizedDetails,
  isAmortizedInference,
  type StoppedEstimate,
} from '../../../harness/spec/amortized-inference.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { placeOf } from '../../arms/coordinates.ts';
import { type Estimate, estimateOf } from '../estimates.ts';

/** What records of this kind hold, by the two ways to stop. */

/** After a fixed length, or where validation was best. */
export type Stop = 'fixed' | 'early';

/** A completed seed's details. */
type Estimated = NonNullable<AmortizedDetails>;

/** An arm with a completed seed. */
export interface EstimatedArm {
  arm: ArmSummary;
  config: AmortizedConfig;
  /** By seed. */
  details: ReadonlyMap<number, Estimated>;
}

/** The arms that have been estimated, in the order of tables. */
export function estimatedArmsOf(arms: readonly ArmSummary[]): EstimatedArm[] {
  return arms.flatMap((arm): EstimatedArm[] => {
    const { config, completed } = arm;
    if (!isAmortizedInference(config)) return [];
    const details = new Map(
      completed.flatMap(({ seed, details: own }): [number, Estimated][] => {
        // A record's details have been checked against its kind's schema.
        const told = own as AmortizedDetails;
        return told === null ? [] : [[seed, told]];
      }),
    );
    return details.size === 0 ? [] : [{ arm, config, details }];
  });
}

/** The arms by model and data set, in order. */
export function estimatedByPlace(arms: readonly EstimatedArm[]): Map<string, EstimatedArm[]> {
  return grouped(arms, ({ arm }) => placeOf(arm));
}

/** Whether nothing but the objective is what an arm is about: its encoder is dense, and nothing decays. */
export function isPlain({ config: { method, regularizer } }: Pick<EstimatedArm, 'config'>): boolean {
  return method === 'dense' && regularizer === 'none';
}

/** A number of a stopped training. */
export type StoppedValue = (stopped: StoppedEstimate) => number;

export const testLikelihood: StoppedValue = ({ test }) => test.log_likelihood;
export const trainLikelihood: StoppedValue = ({ train }) => train.log_likelihood;
/** ln p(x) − ELBO of test examples: what the encoder lacks. */
export const testInferenceGap: StoppedValue = ({ test }) => test.log_likelihood - test.elbo;
export const trainInferenceGap: StoppedValue = ({ train }) => train.log_likelihood - train.elbo;
/** ln p(x) of training examples − that of test examples: what the model p(x|z)p(z) lacks. */
export const generationGap: StoppedValue = ({ train, test }) => train.log_likelihood - test.log_likelihood;

/** A value by seed. */
export function bySeed({ details }: EstimatedArm, stop: Stop, value: StoppedValue): Map<number, number> {
  return new Map([...details].map(([seed, own]) => [seed, value(own[stop])]));
}

/** Its mean over seeds. */
export function estimated(arm: EstimatedArm, stop: Stop, value: StoppedValue): Estimate {
  return estimateOf([...bySeed(arm, stop, value).values()])!;
}
