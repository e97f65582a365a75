import { z } from 'zod';
import { cleanName } from '../foreign-text.ts';

/** Words that all kinds of task share. */

export const profileNames = ['smoke', 'nightly', 'paper'] as const;
export type ProfileName = (typeof profileNames)[number];

/** Initializations that methods of the registry know. */
export const initNames = ['default', 'spectral', 'spectral-ones', 'iid'] as const;
export type InitName = (typeof initNames)[number];

export const regularizerNames = ['none', 'weight-decay', 'no-factor-decay', 'crs', 'frobenius-decay'] as const;
export type RegularizerName = (typeof regularizerNames)[number];

/** A name that a file tells. */
export const nameSchema = z.string().transform(cleanName);

export const positive = z.number().positive();
/** Above the bound, products of counts are no longer whole numbers to the last digit. */
export const count = z.int().positive().max(1e9);
export const fraction = z.number().gt(0).max(1);

/** What a budget counts: parameters kept over all parameters (where it is left out), or the rank scale itself. */
export const budgetUnits = ['parameters', 'rank-scale'] as const;
export type BudgetUnit = (typeof budgetUnits)[number];
export const budgetUnitSchema = z.enum(budgetUnits);

/** A value of a factor. */
export type FactorValue = string | number;
export const factorValueSchema = z.union([nameSchema, z.number()]);

/** One named coordinate of a cell. */
export const factorSchema = z.strictObject({ name: nameSchema, value: factorValueSchema });
export type Factor = z.infer<typeof factorSchema>;

/** The value of a factor; null where there is none of that name. */
export function factorOf({ factors }: { factors: readonly Factor[] }, name: string): FactorValue | null {
  return factors.find((factor) => factor.name === name)?.value ?? null;
}

/**
 * Arms of a comparison: one method, and every combination of the factors' values.
 *
 * @param factors values by factor, a kind's own
 */
export function armSchemaOf<F extends z.ZodRawShape>(factors: F) {
  return z.strictObject({
    method: z.string().min(1),
    factors: z.strictObject(factors),
    budgetUnit: budgetUnitSchema.optional(),
    /** Replicates in place of the profile's number, for an arm that is only to be seen running. */
    seeds: count.optional(),
  });
}

/** An arm of any kind. */
export interface Arm {
  method: string;
  factors: Readonly<Record<string, readonly FactorValue[] | undefined>>;
  budgetUnit?: BudgetUnit | undefined;
  seeds?: number | undefined;
}

/** What every configuration has: the rest is the kind's. */
export interface BaseConfig {
  /** The kind of task. */
  task: string;
  method: string;
  /** SHA-256 of the file that the method comes from; absent for a method of the registry. */
  methodDigest?: string | undefined;
  seed: number;
  /** What was set by hand to try it out; absent where the cell is what its suite says. */
  overrides?: Overrides | undefined;
}

/** Values set by hand, by the paths of the fields in a configuration: `training.epochs`. */
export type Overrides = Readonly<Record<string, z.infer<ReturnType<typeof z.json>>>>;

/** What was set, as `--set` takes it: `training.epochs=1, training.learningRate=0.05`. */
export function overridesText(overrides: Overrides): string {
  return Object.entries(overrides)
    .map(([path, value]) => `${path}=${typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value)}`)
    .join(', ');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The fields of a configuration that every kind's schema has. */
export const baseConfig = {
  method: z.string(),
  methodDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  seed: z.int().min(0),
  overrides: z.record(z.string(), z.json()).optional(),
};

/** What every experiment has. */
export interface BaseExperiment {
  task: string;
  arms: readonly Arm[];
  /** Each is trained under every arm; left out: the kind has none. */
  models?: readonly object[] | undefined;
  /** Left out: the kind needs no data. */
  dataset?: { name: string } | undefined;
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset?: { name: string } | null | undefined;
}
