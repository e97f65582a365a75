import type { FinishedRecord } from '../../harness/record.ts';
import type { ArmSummary } from '../../reports/arms/arm-summary.ts';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import type { TestedArm } from '../../reports/arms/tested-arm.ts';
import { fixtureConfig, fixtureIdentity, fixtureRecord, type RecordOverrides } from './records.ts';

type Config = Parameters<typeof fixtureRecord>[1];

/** What tests of arms need of one with these accuracies at seeds 0, 1, ... */
export function testedArm(config: Config, values: readonly number[]): TestedArm {
  const { kind, model, dataset, factors, config: whole } = fixtureIdentity(fixtureConfig(config));
  const bySeed = new Map(values.map((value, seed) => [seed, value]));
  return { kind, model, dataset, factors, config: whole, metric: 'accuracy', values: bySeed, completed: [] };
}

/** An arm's records: a value a seed, null for a seed that diverged; with the given factors beside the usual ones. */
export function armRecords(
  values: readonly (number | null)[],
  config: Config,
  overrides: RecordOverrides = {},
  factors: readonly string[] = [],
): FinishedRecord[] {
  return values.map((value, seed) =>
    fixtureRecord(
      {
        ...overrides,
        ...(value === null ? { status: 'diverged', value: null, error: 'the loss is not finite' } : { value }),
      },
      { ...config, seed },
      factors,
    ),
  );
}

/** What a tuned arm of a test was given, and by what. */
export interface TunedTo {
  learningRate?: number;
  decay?: number;
  /** Trainings of the grid. */
  cells?: number;
  /** Their multiply-accumulates. */
  macs?: number | null;
}

/** The records of an arm of the tuned lane: a value a seed, null for a seed that diverged. */
export function tunedRecords(
  values: readonly (number | null)[],
  config: Config,
  { learningRate = 0.2, decay = 0.002, cells = 6, macs = 1e12 }: TunedTo = {},
  overrides: RecordOverrides = {},
): FinishedRecord[] {
  const training = { ...fixtureConfig().training, learningRate, decay };
  const tuning = { cells, training_macs: macs, data: '0123456789abcdef' };
  const tuned = { ...config, training, tuning: 'tuned' } as const;
  return armRecords(values, tuned, { tuning, ...overrides }, ['tuning']);
}

/** Sparse arms of one budget by method, in the order of their names. */
export function armsOf(values: Record<string, readonly (number | null)[]>): ArmSummary[] {
  return summarizeArms(
    Object.entries(values).flatMap(([method, own]) => armRecords(own, { method }, { parameters: 269722 })),
  );
}
