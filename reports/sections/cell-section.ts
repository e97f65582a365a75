import { grouped } from '../../baselines/arms.ts';
import { valueText } from '../../baselines/wording.ts';
import { canonicalJson } from '../../harness/canonical-json.ts';
import { cellCommand } from '../../harness/cell-command.ts';
import { type CellRecord, chosenValue, errorOf, gatedMetric, gatedValue } from '../../harness/record.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { cellCurves } from '../plots/cell-curves.ts';
import type { Curve } from '../plots/plot-data.ts';
import { type CellDetail, type Column, type Section, table, text } from '../render/document.ts';
import { fixed, orDash, significant } from '../render/format.ts';
import type { ReportInput } from '../report-input.ts';
import { factorColumns } from './factor-columns.ts';

type Origin = Pick<ReportInput, 'dataDir' | 'night' | 'command' | 'verdicts'>;

/**
 * Every cell of a kind: its result, its settings, environment and digests, the command that computes it again, and its
 * curves.
 */
export function cellSection(records: readonly CellRecord[], curves: readonly Curve[], origin: Origin): Section | null {
  const [first] = records;
  if (!first) return null;
  const sheet = {
    table: table(records, columnsFor(records, gatedMetric(first))).table,
    names: records.map(({ cell }) => cell),
    details: detailsOf(records, origin),
    curves: cellCurves(records, curves),
    at: wordsOfKind(first.kind).at,
  };
  return { heading: 'Cells', blocks: [text(legend), { kind: 'cells', cells: sheet }] };
}

const legend =
  'Each cell is one training or computation. Its row opens its settings, environment, digests, curves, and the command ' +
  'that computes it again.';

const numeric = true;

function columnsFor(records: readonly CellRecord[], metric: string): Column<CellRecord>[] {
  const places: Column<CellRecord>[] = [
    { name: 'model', cell: ({ model }) => orDash(model, String), factor: true },
    { name: 'data set', cell: ({ dataset }) => orDash(dataset, String), factor: true },
  ];
  return [
    ...places.filter(({ cell }) => new Set(records.map(cell)).size > 1),
    ...factorColumns(records, (record) => record),
    { name: 'seed', cell: ({ seed }) => String(seed), numeric, factor: true },
    { name: 'status', cell: ({ status }) => status, factor: true },
    {
      name: metricOf(metric).title,
      cell: (record) => orDash(gatedValue(record), (v) => valueText(metric, v)),
      numeric,
    },
    { name: 'train loss', cell: (record) => finished(record, 'train_loss', fixed(4)), numeric },
    { name: 'step ms', cell: (record) => finished(record, 'step_ms', significant), numeric },
    { name: 'seconds', cell: ({ seconds }) => significant(seconds), numeric },
  ];
}

function finished(record: CellRecord, field: 'train_loss' | 'step_ms', format: (value: number) => string): string {
  return orDash(record.status === 'failed' ? null : record[field], format);
}

function detailsOf(records: readonly CellRecord[], { verdicts, dataDir = null, night, command }: Origin): CellDetail[] {
  const reasons = grouped(verdicts, ({ id }) => id);
  const verdictOf = ({ id }: CellRecord) => {
    const own = reasons.get(id) ?? [];
    return own.length === 0 ? null : own.map(({ verdict, reason }) => `${verdict}: ${reason}`).join('\n');
  };
  const further = ['--out', 'reports/out/again'];
  const all = [
    detail('command', records, (record) => cellCommand(record, { dataDir, night, command, further }), true),
    detail('verdict', records, verdictOf),
    detail('error', records, errorOf),
    detail('at chosen epoch', records, (record) => {
      const value = chosenValue(record);
      return value === null ? null : valueText(gatedMetric(record), value);
    }),
    detail('warnings', records, ({ warnings }) => (warnings.length === 0 ? null : warnings.join('\n'))),
    detail('settings', records, ({ config }) => readable({ ...config, seed: undefined }), true),
    detail(
      'environment',
      records,
      (record) => (record.status === 'failed' ? null : readable(record.fingerprint)),
      true,
    ),
    detail('program', records, (record) => (record.status === 'failed' ? null : record.program)),
    detail('id', records, ({ id }) => id),
    detail('weights digest', records, (record) => (record.status === 'failed' ? null : record.weights_digest)),
    detail('result digest', records, (record) => (record.status === 'failed' ? null : record.result_digest)),
    detail('reads', records, ({ needs }) =>
      needs.length === 0 ? null : needs.map(({ role, cell }) => `${role}: ${cell}`).join('\n'),
    ),
    detail('from', records, ({ started_at: from, finished_at: to }) => `${from} to ${to}`),
  ];
  return all.filter(({ texts }) => texts.length > 0);
}

/** One field a line. */
function readable(data: object): string {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : canonicalJson(value)}`)
    .join('\n');
}

function detail(
  name: string,
  records: readonly CellRecord[],
  textOf: (record: CellRecord) => string | null,
  code = false,
): CellDetail {
  const places = new Map<string, number>();
  const of = records.map((record) => {
    const own = textOf(record);
    if (own === null) return -1;
    const place = places.get(own) ?? places.size;
    places.set(own, place);
    return place;
  });
  return { name, code, texts: [...places.keys()], of };
}
