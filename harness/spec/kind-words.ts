import type { z } from 'zod';
import type { TuningChoice } from './tuning.ts';
import type { BaseConfig, BaseExperiment, BudgetUnit, FactorValue } from './words.ts';

/** One coordinate that a kind's cells may have. */
export interface FactorWords<C> {
  /** Its value in a configuration; null: the configuration has none. */
  of(config: C): FactorValue | null;
  /** Its values in the order of tables; others come behind. */
  order?: readonly FactorValue[];
  /** The value that says so little that names leave it out. */
  silent?: FactorValue;
  /** How a value reads in names, where it alone would not say what it is; left out: as it is. */
  text?(value: FactorValue): string;
}

/** A cell that another one reads from: its weights or what its record tells. */
export interface NeedWords {
  /** What it is to the cell that needs it: `teacher`. */
  role: string;
  /** Its configuration, which a cell of the same plan must have. */
  config: BaseConfig;
}

/** What an experiment leaves open, decided for one cell. */
export interface Choice {
  /** One of the experiment's models; null where it has none. */
  model: object | null;
  /** The experiment's data set, or its stand-in; null where it has none. */
  dataset: object | null;
  method: string;
  factors: Readonly<Record<string, FactorValue>>;
  budgetUnit: BudgetUnit | undefined;
  /** Learning rate and λ that were found for a tuned arm, the latter null where it decides nothing. */
  tuned: Pick<TuningChoice, 'learning_rate' | 'decay'> | null;
  seed: number;
}

/** A value of a curve that is measured on held-out examples. */
export interface ValidationWords {
  value: string;
  better: 'higher' | 'lower';
  /** Which point counts: the one that the metric is of. */
  at: 'last' | 'best';
}

/** The words of a kind of task: what a suite may say, what a cell resolves to, and what its record holds. */
export interface KindWords<C extends BaseConfig = BaseConfig, E extends BaseExperiment = BaseExperiment> {
  /** Its name in experiments and configurations. */
  readonly task: string;
  /** The metrics of its cells, the gated one first. */
  readonly metrics: readonly [string, ...string[]];
  /** What a point of its curves counts: `epoch`. */
  readonly at: string;
  /** What its examples are, in the plural: `images`. */
  readonly examples: string;
  /**
   * Whether its arms name methods of the registry, which `--method` can join. Else methods are the kind's own words.
   */
  readonly usesMethods: boolean;
  readonly experiment: z.ZodType<E>;
  readonly config: z.ZodType<C>;
  /** What a record of it holds beside what all have. */
  readonly details: z.ZodType;
  /** The coordinates of its cells by name, in the order of names and tables; `method` is the first. */
  readonly factors: Readonly<Record<string, FactorWords<C>>>;
  /** The configuration of one cell, with the schema still to be checked. */
  configOf(experiment: E, choice: Choice): unknown;
  /**
   * Factors of a combination that decide nothing there, such as λ without decay: they are left out, and combinations
   * that are then alike are one.
   */
  idle?(factors: Readonly<Record<string, FactorValue>>): readonly string[];
  /** Names for tables; null where a kind has none. */
  model(config: C): string | null;
  dataset(config: C): string | null;
  /** Learning rate and λ; null where nothing is trained, or nothing decays. */
  rates(config: C): { learning_rate: number | null; decay: number | null };
  /** What of a curve the held-out examples say, by which learning rates and λ are chosen; left out: nothing does. */
  readonly validation?: ValidationWords | undefined;
  /** How long a cell is trained, for people: `8 epochs`; null where nothing is trained. */
  length(config: C): string | null;
  /** The cells that one of this configuration reads from; none where it is left out. */
  needs?(config: C): readonly NeedWords[];
}
