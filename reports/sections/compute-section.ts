import { counted } from '../../baselines/wording.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace, denseMean, isCompressed, isMasked } from '../arms/arm-groups.ts';
import type { ArmSummary } from '../arms/arm-summary.ts';
import { resultText, seriesLabel } from '../arms/arm-text.ts';
import type { LimitedBest } from '../arms/compute-limits.ts';
import { bestWithinCompute } from '../arms/compute-limits.ts';
import { isTuned } from '../arms/coordinates.ts';
import { computeOf, tuningOf } from '../arms/tuning-lanes.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed, notMeasured, orDash, significant } from '../render/format.ts';
import { bestWord } from '../render/metric-text.ts';
import { armColumns } from './factor-columns.ts';

/** An arm whose whole training was counted. */
interface CountedArm {
  arm: ArmSummary;
  /** Multiply-accumulates of the whole training, and of a tuned arm's grid; null: those of the grid were not counted. */
  macs: number | null;
}

/** What each arm keeps, counted both ways, and what its training computed in all; the cheapest first. */
export function computeSection(arms: readonly ArmSummary[]): Section | null {
  const measured = arms.filter(({ means }) => means.training_macs !== null);
  const [first] = measured;
  if (!first) return null;
  const { metric } = first;
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(measured)) {
    const rows = members
      .map((arm) => ({ arm, macs: computeOf(arm) }))
      .sort((left, right) => (left.macs ?? Number.MAX_VALUE) - (right.macs ?? Number.MAX_VALUE));
    blocks.push(text(`${place}:`), table(rows, columnsFor(rows, metric, denseMean(members, 'training_macs'))));
    const limited = bestWithinCompute(members);
    if (limited.length === 0) continue;
    blocks.push(
      text(`${place}, the best within a limit of total compute:`),
      table(limited, limitColumnsFor(limited, metric)),
    );
  }
  const heading = arms.some(isCompressed) ? 'Budget and total compute' : 'Total compute';
  return { heading, blocks: [...blocks, text(legendFor(measured, metric))] };
}

const legendFor = (arms: readonly ArmSummary[], metric: string) =>
  'Rows are in the order of total compute: neighbours compare at equal cost. Kept of all: over all parameters, the ' +
  'budget’s way of counting; kept of weights: over convolution and linear weights only, without biases and ' +
  'normalizations, as pruning papers count. Passes: examples propagated forward and backward, in all phases and for ' +
  'scores, over the size of the training set. Training MACs: 3 × the forward pass × these examples, dense weights ' +
  'that a pass composes of factors counted once a ' +
  `batch${arms.some(isMasked) ? '; masked weights are multiplied like the others, so they cost as dense ones' : ''}. ` +
  `${arms.some(isTuned) ? tuningNote : ''}Tests are left out. ` +
  `Within a limit: the arm of ${bestWord(metric)} mean ${metricOf(metric).title} among those ` +
  'that compete whose whole training computed at most that many times what the dense one did, 5 % more allowed for ' +
  'scores; a limit that admits no further arm is left out. An arm under its limit was not trained for longer to use ' +
  'it up. How many others cannot be told from the best is tested as in ' +
  `"${arms.some(isCompressed) ? 'Best method per budget' : 'Best arm'}".`;

const tuningNote =
  'Training MACs of a tuned arm hold those of its grid, all of whose trainings it took to find its learning rate and ' +
  'λ; of it tuning: these MACs, and how many trainings they are of. Compute / dense and the limits count them; an arm ' +
  'whose grid was not counted is within none. λ of the shared arms was found on the dense network once, which no arm’s ' +
  'compute holds. Passes are those of one training. ';

function limitColumnsFor(rows: readonly LimitedBest[], metric: string): Column<LimitedBest>[] {
  const numeric = true;
  const columns: Column<LimitedBest>[] = [
    { name: 'limit / dense', cell: ({ limit }) => (Number.isFinite(limit) ? `${limit}×` : 'none'), numeric },
    { name: 'best arm', cell: ({ best }) => seriesLabel(best.arm) },
    { name: 'compute / dense', cell: ({ compute }) => `${compute.toFixed(2)}×`, numeric },
    { name: metricOf(metric).title, cell: ({ best }) => resultText(best.arm), numeric },
    { name: 'arms within', cell: ({ best }) => String(best.rivals.length + 1), numeric },
    {
      name: 'cannot be told from it',
      cell: ({ best }) => String(best.rivals.filter(({ worse }) => !worse).length),
      numeric,
    },
  ];
  const named = rows.some(({ contest }) => contest !== null);
  return named ? [{ name: 'among', cell: ({ contest }) => orDash(contest, String) }, ...columns] : columns;
}

function columnsFor(rows: readonly CountedArm[], metric: string, dense: number | null): Column<CountedArm>[] {
  const number = (name: string, cell: (row: CountedArm) => string) => ({ name, cell, numeric: true });
  return [
    ...armColumns(rows, ({ arm }) => arm),
    number('kept of all', ({ arm }) => orDash(arm.means.ratio, fixed(4))),
    number('kept of weights', ({ arm }) => orDash(arm.means.weight_ratio, fixed(4))),
    // Of what counts no epochs, phases hold the points of the curve.
    { name: wordsOfKind(rows[0]!.arm.kind).at === 'epoch' ? 'epochs' : 'points of the curve', cell: phasesOf },
    number('passes', ({ arm }) => orDash(arm.means.training_passes, fixed(2))),
    number('training MACs', ({ macs }) => orDash(macs, significant)),
    ...(rows.some(({ arm }) => isTuned(arm)) ? [number('of it tuning', tuningText)] : []),
    number('compute / dense', ({ macs }) =>
      orDash(macs !== null && dense ? macs / dense : null, (ratio) => `${ratio.toFixed(2)}×`),
    ),
    number(metricOf(metric).title, ({ arm }) => resultText(arm)),
  ];
}

/** `3.1e+12 (12 trainings)`; the MACs a dash where they were not counted. */
function tuningText({ arm }: CountedArm): string {
  if (!isTuned(arm)) return '0';
  const found = tuningOf(arm);
  if (found === null) return notMeasured;
  return `${orDash(found.training_macs, significant)} (${counted(found.cells, 'training')})`;
}

/** `8`, or `dense 8, fine-tune 4`. */
function phasesOf({ arm: { completed } }: CountedArm): string {
  const [first, ...further] = completed[0]?.phases ?? [];
  if (!first) return notMeasured;
  if (further.length === 0) return String(first.epochs);
  return [first, ...further].map(({ label, epochs }) => `${label} ${epochs}`).join(', ');
}
