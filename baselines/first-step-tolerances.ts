import { z } from 'zod';
import type { Definition } from '../harness/spec/definition.ts';
import { firstStepMargin, masksDiffer, numbersOf, relativeDifference } from './first-step-differences.ts';

type FirstSteps = Definition['first_steps'];

const share = z.number().min(0);

/**
 * How far apart rounding may take the first steps in another environment, as relative differences by step: ten times
 * the largest that was seen where one machine computed in several ways.
 */
export const firstStepTolerancesSchema = z.strictObject({
  losses: z.array(share),
  /** Of single variables: of norms relative to themselves, of projections to the norm. */
  variables: z.array(share),
});
export type FirstStepTolerances = z.infer<typeof firstStepTolerancesSchema>;

/**
 * The tolerances that first steps of the same computation in other environments ask for; an environment in which
 * rounding has chosen other masks tells nothing. Null: none tells anything.
 */
export function firstStepTolerances(reference: FirstSteps, others: readonly FirstSteps[]): FirstStepTolerances | null {
  const steps = reference.losses.length;
  const own = numbersOf(reference.values, steps);
  const told = others.filter((other) => !masksDiffer(own, numbersOf(other.values, steps)));
  if (told.length === 0 || steps === 0) return null;
  const largest = (of: (other: FirstSteps, step: number) => number[]) =>
    Array.from({ length: steps }, (_, step) => {
      const seen = Math.max(0, ...told.flatMap((other) => of(other, step)).filter(Number.isFinite));
      return Number((firstStepMargin * seen).toPrecision(3));
    });
  return {
    losses: largest((other, step) => [lossChange(reference.losses[step] ?? null, other.losses[step] ?? null)]),
    variables: largest((other, step) => {
      const there = numbersOf(other.values, steps);
      return [...own].flatMap(([name, byStep]) =>
        byStep[step]!.map((_, i) => relativeDifference(byStep[step]!, there.get(name)?.[step] ?? [], i)),
      );
    }),
  };
}

function lossChange(expected: number | null, measured: number | null): number {
  if (expected === null || measured === null || expected === measured) return 0;
  return Math.abs(measured - expected) / Math.abs(expected);
}
