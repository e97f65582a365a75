import type { CompletedRecord } from '../../../harness/record.ts';
import { isTwinRegularization, type TwinConfig, type TwinDetails } from '../../../harness/spec/twin-regularization.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { notMeasured } from '../../render/format.ts';
import type { Estimate } from '../estimates.ts';

/** What records of this kind hold of errors. */

type Details = NonNullable<TwinDetails>;

/** A completed arm of this kind. */
export interface RecognizerArm {
  arm: ArmSummary;
  config: TwinConfig;
  cells: readonly { record: CompletedRecord; seed: number; details: Details }[];
}

/** The arms with a completed seed. */
export function recognizerArms(arms: readonly ArmSummary[]): RecognizerArm[] {
  return arms.flatMap((arm) => {
    const { config, completed } = arm;
    if (!isTwinRegularization(config)) return [];
    const cells = completed.flatMap((record) => {
      // A record's details have been checked against its kind's schema.
      const details = record.details as TwinDetails;
      return details === null ? [] : [{ record, seed: record.seed, details }];
    });
    return cells.length === 0 ? [] : [{ arm, config, cells }];
  });
}

/** A number of each cell by seed; cells without one are left out. */
export type BySeed = ReadonlyMap<number, number>;

/** The metric's values, by seed. */
export function measuredBySeed({ cells }: RecognizerArm, metric: 'frame_error' | 'phone_error'): BySeed {
  return new Map(
    cells.flatMap(({ record, seed }): [number, number][] => {
      const { value = null } = record.measures.find((measure) => measure.metric === metric) ?? {};
      return value === null ? [] : [[seed, value]];
    }),
  );
}

/** What the last update's weights come to, by seed. */
export function lastBySeed({ cells }: RecognizerArm): BySeed {
  return new Map(cells.map(({ seed, details }) => [seed, details.last.frame_error]));
}

/** An error in per cent, with half of its interval. */
export function percentText(estimate: Estimate | null): string {
  if (estimate === null) return notMeasured;
  const { mean, reach } = estimate;
  return `${percent(mean)}${reach === null ? '' : ` ± ${percent(reach)}`}`;
}

export function percent(error: number): string {
  return (100 * error).toFixed(1);
}
