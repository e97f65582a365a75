import {
  isLazyTraining,
  type LazyTrainingConfig,
  type LazyTrainingDetails,
  type RegimeName,
  widthOf,
} from '../../../harness/spec/lazy-training.ts';
import { mean, measuredOnly } from '../../../harness/statistics/moments.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { limitRisk } from './limits.ts';

/** A completed cell, as sections read it. */
export interface FittedCell {
  seed: number;
  risk: number;
  sampledRisk: number;
  details: LazyTrainingDetails;
}

/** An arm with a completed cell. */
export interface FittedArm {
  arm: ArmSummary;
  config: LazyTrainingConfig;
  /** N */
  width: number;
  cells: readonly FittedCell[];
  /** Means over the cells. */
  risk: number;
  optimum: number;
  /** Of many dimensions. */
  limit: number;
}

/** The arms that have been fitted, in the order of tables. */
export function fittedArmsOf(arms: readonly ArmSummary[]): FittedArm[] {
  return arms.flatMap((arm): FittedArm[] => {
    const { config, completed } = arm;
    if (!isLazyTraining(config)) return [];
    const cells = completed.flatMap(({ seed, measures, details }): FittedCell[] => {
      const [risk, sampledRisk] = measures.map(({ value }) => value);
      if (risk == null || sampledRisk == null) return [];
      // A record's details have been checked against its kind's schema.
      return [{ seed, risk, sampledRisk, details: details as LazyTrainingDetails }];
    });
    const [risk, optimum] = [mean(cells.map((cell) => cell.risk)), mean(cells.map(({ details }) => details.optimum))];
    if (risk === null || optimum === null) return [];
    const limit = limitRisk(config.target, config.method, config.widthRatio);
    return [{ arm, config, width: widthOf(config), cells, risk, optimum, limit }];
  });
}

/** The regimes' names in the paper. */
export const shortNames: Readonly<Record<RegimeName, string>> = {
  'random-features': 'RF',
  'neural-tangent': 'NT',
  'neural-network': 'NN',
};

/** The mean over the features at the targets that were drawn; null where no formula has it. */
export function meanOptimum({ cells }: FittedArm): number | null {
  return mean(measuredOnly(cells.map(({ details }) => details.mean_optimum)));
}
