import type { CompletedRecord } from '../../harness/record.ts';
import type { ArmSummary } from './arm-summary.ts';

/** What a completed cell began with. */
export type Beginning = Pick<CompletedRecord, 'cell' | 'needs' | 'phases'>;

/** What tests need of an arm. */
export interface TestedArm extends Pick<ArmSummary, 'kind' | 'model' | 'dataset' | 'factors' | 'config' | 'metric'> {
  /** The metric's values of the completed seeds, by seed. */
  values: ReadonlyMap<number, number>;
  /** What its completed cells began with, where that is known. */
  completed: ArmSummary['completed'] | readonly Beginning[];
}
