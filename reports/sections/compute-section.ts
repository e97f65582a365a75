import { regularizerLabel } from '../../baselines/arms.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { byPlace, denseMean, isMasked, resultText, seriesLabel } from '../arm-summary.ts';
import { type MetricWords, wordsOf } from '../metric-words.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed, orDash, significant } from '../render/format.ts';
import type { LimitedBest } from '../statistics/compute-limits.ts';
import { bestWithinCompute } from '../statistics/compute-limits.ts';

/** What each arm keeps, counted both ways, and what its training computed in all; the cheapest first. */
export function computeSection(arms: readonly ArmSummary[]): Section | null {
  const counted = arms.filter(({ means }) => means.training_macs !== null);
  if (counted.length === 0) return null;
  const words = wordsOf(arms);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(counted)) {
    const dense = denseMean(members, 'training_macs');
    const sorted = [...members].sort((left, right) => left.means.training_macs! - right.means.training_macs!);
    blocks.push(text(`${place}:`), table(sorted, columnsFor(dense, words)));
    const limited = bestWithinCompute(members);
    if (limited.length > 0)
      blocks.push(text(`${place}, the best within a limit of total compute:`), table(limited, limitColumnsFor(words)));
  }
  return { heading: 'Budget and total compute', blocks: [...blocks, text(legendFor(counted, words))] };
}

const legendFor = (arms: readonly ArmSummary[], { name }: MetricWords) =>
  'Rows are in the order of total compute: neighbours compare at equal cost. Kept of all: over all parameters, the budget’s ' +
  'way of counting; kept of weights: over convolution and linear weights only, without biases and normalizations, as ' +
  'pruning papers count. Passes: examples propagated forward and backward, in all phases and for scores, over the size of ' +
  'the training set. Training MACs: 3 × the forward pass × these examples, ' +
  'dense weights that a pass composes of factors counted once a batch' +
  `${arms.some(isMasked) ? '; masked weights are multiplied like the others, so they cost as dense ones' : ''}. ` +
  `Tests are left out. Within a limit: the arm of highest mean ${name} among those of a budget whose ` +
  'whole training computed at most that many times what the dense one did, 5 % more allowed for scores; a limit that admits no ' +
  'further arm is left out. An arm under its limit was not trained for longer to use it up. How many others cannot be told ' +
  'from the best is tested as in "Best method per budget".';

const limitColumnsFor = ({ name }: MetricWords): Column<LimitedBest>[] => [
  { name: 'budget', cell: ({ budget }) => String(budget), numeric: true },
  { name: 'limit / dense', cell: ({ limit }) => (Number.isFinite(limit) ? `${limit}×` : 'none'), numeric: true },
  { name: 'best arm', cell: ({ best }) => seriesLabel(best.arm) },
  { name: 'compute / dense', cell: ({ compute }) => `${compute.toFixed(2)}×`, numeric: true },
  { name, cell: ({ best }) => resultText(best.arm), numeric: true },
  { name: 'arms within', cell: ({ best }) => String(best.rivals.length + 1), numeric: true },
  {
    name: 'cannot be told from it',
    cell: ({ best }) => String(best.rivals.filter(({ worse }) => !worse).length),
    numeric: true,
  },
];

function columnsFor(dense: number | null, words: MetricWords): Column<ArmSummary>[] {
  const number = (name: string, cell: (arm: ArmSummary) => string) => ({ name, cell, numeric: true });
  return [
    { name: 'method', cell: (arm) => arm.method },
    number('budget', (arm) => String(arm.budget)),
    { name: 'init', cell: (arm) => arm.init },
    { name: 'regularizer', cell: regularizerLabel },
    number('kept of all', (arm) => orDash(arm.means.ratio, fixed(4))),
    number('kept of weights', (arm) => orDash(arm.means.weight_ratio, fixed(4))),
    { name: 'epochs', cell: phasesOf },
    number('passes', (arm) => orDash(arm.means.training_passes, fixed(2))),
    number('training MACs', (arm) => orDash(arm.means.training_macs, significant)),
    number('compute / dense', ({ means }) =>
      orDash(dense ? means.training_macs! / dense : null, (ratio) => `${ratio.toFixed(2)}×`),
    ),
    number(words.name, (arm) => resultText(arm)),
  ];
}

/** `8`, or `dense 8, fine-tune 4`. */
function phasesOf({ completed }: ArmSummary): string {
  const phases = completed[0]?.phases ?? [];
  return phases.length === 1
    ? String(phases[0]!.epochs)
    : phases.map(({ label, epochs }) => `${label} ${epochs}`).join(', ');
}
