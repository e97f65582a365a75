import type { ArmSummary } from '../arm-summary.ts';
import {
  byBudget,
  byPlace,
  denseMean,
  isCompressed,
  resultText,
  seedsOf,
  seriesLabel,
  valuesOf,
} from '../arm-summary.ts';
import { type MetricWords, wordsOf } from '../metric-words.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { notMeasured } from '../render/format.ts';
import { grouped } from '../statistics/grouped.ts';
import { meanReach } from '../statistics/statistics.ts';

/** The metric against size, a row a method, initialization and regularizer; no section without a compressed arm. */
export function curveSection(arms: readonly ArmSummary[]): Section | null {
  const words = wordsOf(arms);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const budgets = [...byBudget(members).keys()];
    if (budgets.length === 0) continue;
    const series = [...grouped(members.filter(isCompressed), seriesLabel)];
    const dense = denseMean(members, 'macs');
    const columns: Column<(typeof series)[number]>[] = [
      { name: 'arm', cell: ([name]) => name },
      ...budgets.map((budget) => ({
        name: `budget ${budget}`,
        cell: ([, points]: (typeof series)[number]) =>
          cellOf(
            points.find((arm) => arm.budget === budget),
            dense,
          ),
        numeric: true,
      })),
    ];
    blocks.push(text(`${place}:`), table(series, columns));
  }
  if (blocks.length === 0) return null;
  return { heading: `${words.capital} by budget`, blocks: [...blocks, text(legendFor(words))] };
}

const legendFor = ({ final }: MetricWords) =>
  `Mean ${final} ± half of its 95 % confidence interval (Student’s t over the completed seeds; none for one ` +
  'seed), and the theoretical speed-up: MACs of the dense model’s forward pass over the arm’s. Masked networks reach it only ' +
  'with kernels that skip masked weights. "2 of 3": seeds that completed, where not all did.';

/** `93.59 % ± 0.52, 8.2×`. */
function cellOf(arm: ArmSummary | undefined, denseMacs: number | null): string {
  if (!arm) return notMeasured;
  const { macs } = arm.means;
  const speedUp = macs === null || macs === 0 || denseMacs === null ? [] : [`${(denseMacs / macs).toFixed(1)}×`];
  const lost = arm.completed.length === arm.records.length ? [] : [seedsOf(arm)];
  return [resultText(arm, meanReach(valuesOf(arm))), ...speedUp, ...lost].join(', ');
}
