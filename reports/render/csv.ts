import { stringify } from 'csv-stringify/sync';
import type { CellRecord } from '../../harness/record.ts';

/** The columns of results.csv, in order; the names are the record's fields. */
export const csvColumns = [
  'suite',
  'profile',
  'cell',
  'model',
  'dataset',
  'method',
  'init',
  'regularizer',
  'budget',
  'ratio',
  'seed',
  'parameters',
  'nonzero_parameters',
  'macs',
  'metric',
  'value',
  'best_value',
  'train_loss',
  'train_examples_per_second',
  'eval_examples_per_second',
  'step_ms',
  'gpu_memory_peak_bytes',
  'rss_peak_bytes',
  'tensor_peak_bytes',
  'seconds',
  'weights_digest',
  'status',
  'error',
] as readonly (keyof CellRecord)[];

/**
 * One row a record, machine units, empty where not measured. Text that a spreadsheet would run as a formula is preceded by
 * an apostrophe; numbers are left as they are, the negative ones too.
 */
export function renderCsv(records: readonly CellRecord[]): string {
  return stringify(
    records.map((record) => csvColumns.map((name) => record[name])),
    { columns: [...csvColumns], header: true, escape_formulas: true },
  );
}
