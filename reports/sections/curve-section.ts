import { grouped } from '../../baselines/arms.ts';
import { capitalized } from '../../baselines/wording.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { meanReach } from '../../harness/statistics/mean-tests.ts';
import { byBudget, byPlace, denseMean, isCompressed } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { resultText, seedsOf, seriesLabel } from '../arms/arm-text.ts';
import { budgetOf } from '../arms/coordinates.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { notMeasured } from '../render/format.ts';

/** An arm at all of its budgets. */
type Series = readonly [name: string, arms: readonly ArmSummary[]];

/** The metric against size, a row a method, initialization and regularizer; no section without a budget. */
export function curveSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms;
  if (!first) return null;
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const budgets = [...byBudget(members).keys()];
    if (budgets.length === 0) continue;
    const dense = denseMean(members, 'macs');
    const columns: Column<Series>[] = [
      { name: 'arm', cell: ([name]) => name },
      ...budgets.map((budget) => ({
        name: `budget ${budget}`,
        cell: ([, points]: Series) =>
          cellOf(
            points.find((arm) => budgetOf(arm) === budget),
            dense,
          ),
        numeric: true,
      })),
    ];
    blocks.push(text(`${place}:`), table([...grouped(members.filter(isCompressed), seriesLabel)], columns));
  }
  if (blocks.length === 0) return null;
  const { title } = metricOf(first.metric);
  return { heading: `${capitalized(title)} by budget`, blocks: [...blocks, text(legendFor(title))] };
}

const legendFor = (title: string) =>
  `Mean ${title} ± half of its 95 % confidence interval (Student’s t over the completed seeds; none for one seed), ` +
  'and the theoretical speed-up: MACs of the dense model’s forward pass over the arm’s. Masked networks reach it ' +
  'only with kernels that skip masked weights. "2 of 3": seeds that completed, where not all did.';

/** `93.59 % ± 0.52, 8.2×`. */
function cellOf(arm: ArmSummary | undefined, denseMacs: number | null): string {
  if (!arm) return notMeasured;
  const { macs } = arm.means;
  const speedUp = macs === null || macs === 0 || denseMacs === null ? [] : [`${(denseMacs / macs).toFixed(1)}×`];
  const lost = arm.completed.length === arm.records.length ? [] : [seedsOf(arm)];
  return [resultText(arm, meanReach([...arm.values.values()])), ...speedUp, ...lost].join(', ');
}
