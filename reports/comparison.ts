import type { ArmComparison } from '../baselines/compare.ts';
import { fullScore, signed } from '../baselines/wording.ts';
import type { Column } from './render/document.ts';
import { table } from './render/document.ts';
import { fixed, orDash, scoreSpread } from './render/format.ts';
import { markdownTable } from './render/markdown.ts';

/** Two runs arm by arm, as a Markdown table; differences are after - before in points. */
export function renderComparison(rows: readonly ArmComparison[]): string {
  if (rows.length === 0) return 'Neither side has a record.\n';
  return `${markdownTable(table(rows, columns).table)}\n`;
}

const columns: Column<ArmComparison>[] = [
  { name: 'model', cell: (row) => row.model },
  { name: 'dataset', cell: (row) => row.dataset },
  { name: 'method', cell: (row) => row.method },
  { name: 'budget', cell: (row) => String(row.budget), numeric: true },
  { name: 'init', cell: (row) => row.init },
  { name: 'regularizer', cell: (row) => row.regularizer },
  { name: 'before', cell: ({ metric, left }) => scoreSpread(metric, left), numeric: true },
  { name: 'n', cell: ({ left }) => seeds(left), numeric: true },
  { name: 'after', cell: ({ metric, right }) => scoreSpread(metric, right), numeric: true },
  { name: 'n', cell: ({ right }) => seeds(right), numeric: true },
  {
    name: 'difference',
    cell: ({ metric, difference }) => orDash(difference, (d) => signed((100 * d) / fullScore[metric], 2)),
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
