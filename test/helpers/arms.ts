import type { FinishedRecord } from '../../harness/record.ts';
import type { ArmSummary } from '../../reports/arms/arm-summary.ts';
import { summarizeArms } from '../../reports/arms/arm-summary.ts';
import { fixtureRecord, type RecordOverrides } from './records.ts';

type Config = Parameters<typeof fixtureRecord>[1];

/** An arm's records: a value a seed, null for a seed that diverged. */
export function armRecords(
  values: readonly (number | null)[],
  config: Config,
  overrides: RecordOverrides = {},
): FinishedRecord[] {
  return values.map((value, seed) =>
    fixtureRecord(
      {
        ...overrides,
        ...(value === null ? { status: 'diverged', value: null, error: 'the loss is not finite' } : { value }),
      },
      { ...config, seed },
    ),
  );
}

/** Sparse arms of one budget by method, in the order of their names. */
export function armsOf(values: Record<string, readonly (number | null)[]>): ArmSummary[] {
  return summarizeArms(
    Object.entries(values).flatMap(([method, own]) => armRecords(own, { method }, { parameters: 269722 })),
  );
}
