import type { ArmComparison } from '../baselines/compare.ts';
import { changeNumber, signed } from '../baselines/wording.ts';
import { gainOf } from '../harness/spec/metrics.ts';
import type { Column } from './render/document.ts';
import { table } from './render/document.ts';
import { fixed, orDash } from './render/format.ts';
import { markdownTable } from './render/markdown.ts';
import { directionWord, spreadText } from './render/metric-text.ts';
import { factorColumns } from './sections/factor-columns.ts';

/** Two runs arm by arm, as a Markdown table; differences are after - before, in what the metric's are counted in. */
export function renderComparison(rows: readonly ArmComparison[]): string {
  if (rows.length === 0) return 'Neither side has a record.\n';
  const kinds = new Set(rows.map(({ kind }) => kind));
  const columns = [
    ...(kinds.size > 1 ? [{ name: 'kind', cell: (row: ArmComparison) => row.kind }] : []),
    ...places,
    ...factorColumns(rows, (row) => row),
    ...results,
  ];
  return `${markdownTable(table(rows, columns).table)}\n`;
}

const places: readonly Column<ArmComparison>[] = [
  { name: 'model', cell: (row) => orDash(row.model, String) },
  { name: 'dataset', cell: (row) => orDash(row.dataset, String) },
];

const results: readonly Column<ArmComparison>[] = [
  { name: 'before', cell: ({ metric, left }) => spreadText(metric, left), numeric: true },
  { name: 'n', cell: ({ left }) => seeds(left), numeric: true },
  { name: 'after', cell: ({ metric, right }) => spreadText(metric, right), numeric: true },
  { name: 'n', cell: ({ right }) => seeds(right), numeric: true },
  {
    name: 'difference',
    cell: ({ metric, difference }) =>
      orDash(difference, (d) => changeNumber(metric, d) + directionWord(metric, gainOf(metric, d))),
    numeric: true,
  },
  { name: 'speed ratio', cell: (row) => orDash(row.speedRatio, fixed(2)), numeric: true },
  {
    name: 'parameters',
    cell: (row) => orDash(row.parameterDifference, (d) => (d === 0 ? 'equal' : signed(d, 0))),
    numeric: true,
  },
  { name: 'bit-identical', cell: (row) => `${row.digestsEqual} of ${row.sharedSeeds}`, numeric: true },
  { name: 'changed fields', cell: (row) => row.configChanges.join(', ') },
];

function seeds({ n, lost }: ArmComparison['left']): string {
  return lost === 0 ? String(n) : `${n} of ${n + lost}`;
}
