import type { FinishedRecord } from '../../harness/record.ts';
import { mean, median } from '../../harness/statistics/moments.ts';
import { byPlace } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed } from '../render/format.ts';
import { armColumns } from './factor-columns.ts';

type LaunchOf = NonNullable<FinishedRecord['launch']>;

/** An arm, and what its processes measured of its speed. */
interface LaunchedArm {
  arm: ArmSummary;
  launches: LaunchOf[];
}

/** How long each arm's step takes beside the dense network's in the same process; no section where none was measured. */
export function launchSection(arms: readonly ArmSummary[]): Section | null {
  const blocks = [...byPlace(arms)].flatMap(([place, members]): Block[] => {
    const rows = members
      .map((arm) => ({ arm, launches: arm.completed.flatMap(({ launch }) => launch ?? []) }))
      .filter(({ launches }) => launches.length > 0);
    return rows.length === 0
      ? []
      : [text(`${place}:`), table(rows, [...armColumns(rows, ({ arm }) => arm), ...columns])];
  });
  return blocks.length === 0 ? null : { heading: 'Speed beside the dense network', blocks: [text(legend), ...blocks] };
}

const legend =
  'Each cell’s process timed its own training step and that of the dense network in turn. Step / dense: the median over ' +
  'launches, and the fastest and slowest of them; user CPU: processor time of a step, of all threads, the mean over ' +
  'launches. Void launches, on a machine that was unsteady or held back, count here, and not in the check.';

const ratioOf = ({ x }: LaunchOf) => Math.exp(x);
const numeric = true;
const columns: Column<LaunchedArm>[] = [
  { name: 'launches', cell: ({ launches }) => String(launches.length), numeric },
  { name: 'void', cell: ({ launches }) => String(launches.filter((launch) => launch.void.length > 0).length), numeric },
  { name: 'step / dense', cell: ({ launches }) => fixed(3)(median(launches.map(ratioOf))), numeric },
  { name: 'fastest', cell: ({ launches }) => fixed(3)(Math.min(...launches.map(ratioOf))), numeric },
  { name: 'slowest', cell: ({ launches }) => fixed(3)(Math.max(...launches.map(ratioOf))), numeric },
  {
    name: 'user CPU, ms',
    cell: ({ launches }) => fixed(1)(mean(launches.map(({ step_user_cpu_ms: ms }) => ms))!),
    numeric,
  },
];
