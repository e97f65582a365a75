import type { CellRecord } from '../harness/record.ts';
import { chosenValue, errorOf, gatedMetric, gatedValue, measuredValue } from '../harness/record.ts';
import { kindNames, wordsOfKind } from '../harness/spec/kinds.ts';
import { type FactorValue, factorOf } from '../harness/spec/words.ts';
import { csvText } from './render/csv.ts';

/** How a record fills a column; null: not measured. */
type Fill = (record: CellRecord) => FactorValue | null;

/** A field of records with a result. */
type ResultField =
  | 'parameters'
  | 'nonzero_parameters'
  | 'macs'
  | 'train_loss'
  | 'train_examples_per_second'
  | 'eval_examples_per_second'
  | 'step_ms'
  | 'gpu_memory_peak_bytes'
  | 'rss_peak_bytes'
  | 'tensor_peak_bytes'
  | 'weights_digest';

const factor =
  (name: string): Fill =>
  (record) =>
    factorOf(record, name);

const result =
  (name: ResultField): Fill =>
  (record) =>
    record.status === 'failed' ? null : record[name];

/** The columns that every file has, in order. */
const shared: readonly (readonly [name: string, fill: Fill])[] = [
  ['suite', ({ suite }) => suite],
  ['profile', ({ profile }) => profile],
  ['cell', ({ cell }) => cell],
  ['model', ({ model }) => model],
  ['dataset', ({ dataset }) => dataset],
  ['method', factor('method')],
  ['init', factor('init')],
  ['regularizer', factor('regularizer')],
  ['budget', factor('budget')],
  ['ratio', ({ ratio }) => ratio],
  ['seed', ({ seed }) => seed],
  ['parameters', result('parameters')],
  ['nonzero_parameters', result('nonzero_parameters')],
  ['macs', result('macs')],
  ['metric', gatedMetric],
  ['value', gatedValue],
  ['best_value', chosenValue],
  ['train_loss', result('train_loss')],
  ['train_examples_per_second', result('train_examples_per_second')],
  ['eval_examples_per_second', result('eval_examples_per_second')],
  ['step_ms', result('step_ms')],
  ['gpu_memory_peak_bytes', result('gpu_memory_peak_bytes')],
  ['rss_peak_bytes', result('rss_peak_bytes')],
  ['tensor_peak_bytes', result('tensor_peak_bytes')],
  ['seconds', ({ seconds }) => seconds],
  ['weights_digest', result('weights_digest')],
  ['status', ({ status }) => status],
  ['error', errorOf],
  ['kind', ({ kind }) => kind],
  ['learning_rate', ({ kind, config }) => wordsOfKind(kind).rates(config).learning_rate],
  ['decay', ({ kind, config }) => wordsOfKind(kind).rates(config).decay],
  ['tuning', ({ kind, config }) => wordsOfKind(kind).factors.tuning?.of(config) ?? null],
];

/**
 * The columns of a table of records, such as results.csv, in order: those that every file has, then the further metrics and factors of the kinds
 * that are present, in the order of their words. What is a column already has none of its own.
 */
export function resultColumns(records: readonly CellRecord[]): Map<string, Fill> {
  const columns = new Map(shared);
  const present = new Set(records.map(({ kind }) => kind));
  const words = kindNames()
    .filter((kind) => present.has(kind))
    .map(wordsOfKind);
  for (const metric of words.flatMap(({ metrics: [, ...further] }) => further)) {
    if (!columns.has(metric)) columns.set(metric, (record) => measuredValue(record, metric));
  }
  for (const name of words.flatMap(({ factors }) => Object.keys(factors))) {
    if (!columns.has(name)) columns.set(name, factor(name));
  }
  return columns;
}

/** results.csv: one row a record, machine units, empty where not measured. */
export function renderCsv(records: readonly CellRecord[]): string {
  const columns = resultColumns(records);
  return csvText(
    [...columns.keys()],
    records.map((record) => [...columns.values()].map((fill) => fill(record))),
  );
}
