import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { type Factor, type FactorValue, factorOf } from '../../harness/spec/words.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { factorNamesOf, isTuned } from '../arms/coordinates.ts';
import { armRates } from '../arms/tuning-lanes.ts';
import type { Column } from '../render/document.ts';
import { orDash } from '../render/format.ts';

/** What a table needs to know of a row to have its factors in columns. */
export interface WithFactors {
  kind: string;
  factors: readonly Factor[];
}

/** A column for each factor that any of the rows has; numbers where all of its values are. */
export function factorColumns<T>(
  rows: readonly T[],
  coordinatesOf: (row: T) => WithFactors,
  without: readonly string[] = [],
): Column<T>[] {
  const all = rows.map(coordinatesOf);
  return factorNamesOf(all)
    .filter((name) => !without.includes(name))
    .map((name) => ({
      name,
      cell: (row) => orDash(valueIn(coordinatesOf(row), name), String),
      factor: true,
      numeric: all.every((arm) => typeof (factorOf(arm, name) ?? 0) === 'number'),
    }));
}

/**
 * The same for arms, and where one of them is tuned the learning rate and λ of each, in place of those that are factors.
 */
export function armColumns<T>(rows: readonly T[], armOf: (row: T) => ArmSummary): Column<T>[] {
  if (!rows.map(armOf).some(isTuned)) return factorColumns(rows, armOf);
  return [...factorColumns(rows, armOf, ['learning_rate', 'decay']), ...rateColumns(armOf)];
}

/** The learning rate and λ that an arm has. */
export function rateColumns<T>(armOf: (row: T) => ArmSummary | undefined, suffix = ''): Column<T>[] {
  const numeric = true;
  const ratesOf = (row: T) => {
    const arm = armOf(row);
    return arm === undefined ? undefined : armRates(arm);
  };
  return [
    { name: `learning rate${suffix}`, cell: (row) => orDash(ratesOf(row)?.learningRate, String), numeric },
    { name: `λ${suffix}`, cell: (row) => orDash(ratesOf(row)?.decay, String), numeric },
  ];
}

/** An arm that has not been tuned has no factor that says so. */
function valueIn(of: WithFactors, name: string): FactorValue | null {
  const silent = name === 'tuning' ? wordsOfKind(of.kind).factors.tuning?.silent : undefined;
  return factorOf(of, name) ?? silent ?? null;
}
