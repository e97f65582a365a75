import type { Definition } from '../harness/spec/definition.ts';

/** How far rounding takes the first steps of two environments apart. */

/** The smallest relative differences that count, at steps 1, 2 and 3: rounding grows about sixfold a step. */
const leastTolerances = [1e-5, 6e-5, 4e-4];
/**
 * The same of single variables, where the arithmetic differs. Rounding then puts single activations on the other side of
 * zero, which moves a gradient that nearly cancels by up to 6 % (measured with and without oneDNN), and the loss, a mean
 * over examples, by 1e-6.
 */
const ofVariables = 0.5;
/** What is accepted of the largest difference that was seen. */
export const firstStepMargin = 10;

/** Largest relative differences by step that count as rounding where the arithmetic differs. */
export interface StepTolerances {
  losses: readonly number[];
  /** Of single variables. */
  variables: readonly number[];
}

/** The first number of the first steps that is beyond rounding. */
export interface FirstStepDifference {
  /** Counted from 1. */
  step: number;
  /** `loss`, or a variable's name and what of it. */
  what: string;
  expected: number | null;
  measured: number | null;
  /** Largest difference that counts as rounding. */
  bound: number;
}

/**
 * The first difference in the first steps of one definition that rounding does not explain; null where there is none.
 * Portable arithmetic gives the same bits everywhere: then every norm may differ by its tolerance, relative to itself,
 * and a projection by as much of the norm. Else the losses say most; and where rounding has chosen other masks, nothing
 * can be said.
 *
 * @param stored what environments have shown, where the arithmetic differs; left out: the least tolerances hold
 */
export function firstStepDifference(
  expected: Definition,
  measured: Definition,
  stored?: StepTolerances,
): FirstStepDifference | null {
  const [before, after] = [expected.first_steps, measured.first_steps];
  const steps = before.losses.length;
  const [then, now] = [numbersOf(before.values, steps), numbersOf(after.values, steps)];
  const isExact = [before, after].every((one) => one.arithmetic === 'portable') && before.threads === after.threads;
  if (!isExact && masksDiffer(then, now)) return null;
  for (let step = 0; step < steps; step++) {
    const seen = isExact ? undefined : stored;
    const loss = lossDifference(before.losses[step] ?? null, after.losses[step] ?? null, step, seen?.losses[step]);
    if (loss !== null) return { step: step + 1, what: 'loss', ...loss };
    const tolerance = isExact ? toleranceOf(step) : toleranceOfVariables(step, seen?.variables[step]);
    const found = variableDifference(then, now, step, tolerance);
    if (found !== null) return { step: step + 1, ...found };
  }
  return null;
}

/**
 * How the loss of a step differs beyond rounding; null where it does not.
 *
 * @param step counted from 0
 * @param seen what environments have shown, relative
 */
export function lossDifference(
  expected: number | null,
  measured: number | null,
  step: number,
  seen = 0,
): Pick<FirstStepDifference, 'expected' | 'measured' | 'bound'> | null {
  const bound = Math.max(seen, toleranceOf(step)) * Math.abs(expected ?? 0);
  if (expected === measured) return null;
  if (expected !== null && measured !== null && Math.abs(measured - expected) <= bound) return null;
  return { expected, measured, bound };
}

function toleranceOf(step: number): number {
  return leastTolerances[step] ?? leastTolerances.at(-1)!;
}

function toleranceOfVariables(step: number, seen: number | undefined): number {
  return seen === undefined ? ofVariables : Math.min(ofVariables, Math.max(seen, toleranceOf(step)));
}

/** |measured - expected| of one of a variable's numbers, over the larger norm, which comes before its projection. */
export function relativeDifference(expected: readonly number[], measured: readonly number[], at: number): number {
  const norm = at - (at % 2);
  const difference = Math.abs((measured[at] ?? Number.NaN) - expected[at]!);
  return difference === 0 ? 0 : difference / Math.max(Math.abs(expected[norm]!), Math.abs(measured[norm] ?? 0));
}

/** By variable and step: pairs of norm and projection, of the value first. */
type Numbers = ReadonlyMap<string, readonly (readonly number[])[]>;

export function numbersOf(values: Definition['first_steps']['values'], steps: number): Numbers {
  return new Map(
    Object.entries(values).map(([name, text]) => {
      const all = text.split(' ').map(Number);
      const perStep = all.length / steps;
      return [name, Array.from({ length: steps }, (_, step) => all.slice(step * perStep, (step + 1) * perStep))];
    }),
  );
}

function variableDifference(before: Numbers, after: Numbers, step: number, tolerance: number) {
  for (const [name, byStep] of before) {
    const [then, now] = [byStep[step]!, after.get(name)?.[step] ?? []];
    for (let i = 0; i < then.length; i++) {
      const [expected, measured] = [then[i]!, now[i] ?? Number.NaN];
      const norm = i - (i % 2);
      const bound = tolerance * Math.max(Math.abs(then[norm]!), Math.abs(now[norm] ?? 0));
      if (expected === measured || Math.abs(measured - expected) <= bound) continue;
      if (Number.isNaN(expected) && Number.isNaN(measured)) continue;
      const of = i < 2 ? '' : i < 4 ? '’s momentum' : '’s second momentum';
      const what = `${i % 2 === 0 ? 'norm' : 'projection'} of ${name}${of}`;
      return { what, expected: finite(expected), measured: finite(measured), bound };
    }
  }
  return null;
}

export function masksDiffer(before: Numbers, after: Numbers): boolean {
  const masks = [...before].filter(([name]) => name.endsWith('.mask'));
  return masks.some(([name, byStep]) => byStep.join(';') !== after.get(name)?.join(';'));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
