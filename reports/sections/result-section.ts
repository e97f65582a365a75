import { capitalized, valueText } from '../../baselines/wording.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { factorOf } from '../../harness/spec/words.ts';
import { byPlace } from '../arms/arm-groups.ts';
import { type ArmSummary, standardErrorOf } from '../arms/arm-summary.ts';
import { resultText, seedsOf } from '../arms/arm-text.ts';
import { isDense, methodOf } from '../arms/coordinates.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed, mebibytes, notMeasured, orDash, significant, whole } from '../render/format.ts';
import { directionNote, errorText } from '../render/metric-text.ts';
import { armColumns } from './factor-columns.ts';

/** One table a model and data set, a row an arm: all of one kind. */
export function resultSection(arms: readonly ArmSummary[]): Section {
  const [first] = arms;
  if (!first) return { heading: 'Results', blocks: [text('No cell has a record.')] };
  const { metric } = first;
  const columns = columnsFor(metric);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const measured = columns.filter((column) => isShown(column, members));
    blocks.push(text(`${place}:`), table(members, [...armColumns(members, (arm) => arm), ...measured]));
  }
  const notes = columns
    .filter((column) => isShown(column, arms))
    .flatMap(({ note }) => (note === undefined ? [] : [note]));
  blocks.push(text(legendFor(arms, metric, notes)), ...regularizerNotes(arms));
  return { heading: 'Results', blocks };
}

function legendFor(arms: readonly ArmSummary[], metric: string, notes: readonly string[]): string {
  const { title, of } = metricOf(metric);
  const chosen = arms.some((arm) => arm.chosen !== null)
    ? `; at chosen epoch: that at the epoch which held-out training ${examplesOf(arms)} choose, only shown; the test ` +
      `${examplesOf(arms)} choose nothing`
    : '';
  const value =
    `${capitalized(title)} is that of ${of}, mean ± sample standard deviation over the completed seeds; standard ` +
    'error: that of the mean, the deviation over the root of their number';
  return [`${value}${chosen}.${directionNote(metric)}`, ...notes, `${notMeasured}: not measured.`].join(' ');
}

function examplesOf([arm]: readonly ArmSummary[]): string {
  return arm === undefined ? 'examples' : wordsOfKind(arm.kind).examples;
}

/** What the regularizers' names do not say. */
function regularizerNotes(arms: readonly ArmSummary[]): Block[] {
  const has = (name: string) => arms.some((arm) => factorOf(arm, 'regularizer') === name);
  const blocks: Block[] = [];
  if (arms.some(isDense) && has('frobenius-decay')) {
    blocks.push(
      text(
        'Regularizer none: no variable decays, not only the factors. Frobenius decay of a dense layer is weight ' +
          'decay, so the dense model has no row of its own for it.',
      ),
    );
  }
  if (arms.some(isUnbalanced)) {
    blocks.push(
      text(
        'Initialization default of low-rank ResNets draws both factors by He’s rule: at rank scale s, ‖U‖² is about ' +
          '1/s times ‖V‖², tens of times at small budgets. Frobenius decay pulls each factor by the other one’s ' +
          'square, so there it first shrinks V alone; spectral factors start balanced.',
      ),
    );
  }
  if (has('no-factor-decay')) {
    blocks.push(
      text(
        'Regularizer no-factor-decay: all decays but the factors. The paper’s released code comes to it where it is ' +
          'asked for Frobenius decay of tensors: it adds the penalty after the gradient is taken.',
      ),
    );
  }
  return blocks;
}

/** The two factors' norms differ from the start, and the regularizer sees it. */
function isUnbalanced(arm: ArmSummary): boolean {
  const [init, regularizer] = [factorOf(arm, 'init'), factorOf(arm, 'regularizer')];
  const drawn = methodOf(arm) === 'low-rank' && init === 'default' && (arm.model?.startsWith('resnet') ?? false);
  return drawn && regularizer === 'frobenius-decay';
}

interface ResultColumn extends Column<ArmSummary> {
  /** Left out where no arm has a value. */
  optional: boolean;
  /** What the legend says of it where it is shown. */
  note?: string;
}

function isShown({ optional, cell }: ResultColumn, arms: readonly ArmSummary[]): boolean {
  return !optional || arms.some((arm) => cell(arm) !== notMeasured);
}

function always(name: string, cell: (arm: ArmSummary) => string): ResultColumn {
  return { name, cell, numeric: true, optional: false };
}

function number(name: string, cell: (arm: ArmSummary) => string, note?: string): ResultColumn {
  return { name, cell, numeric: true, optional: true, ...(note === undefined ? {} : { note }) };
}

function columnsFor(metric: string): ResultColumn[] {
  return [
    always('seeds', seedsOf),
    number('parameters', (arm) => orDash(arm.means.parameters, whole)),
    number('nonzero', (arm) => (isSparse(arm) ? orDash(arm.means.nonzero_parameters, whole) : notMeasured)),
    number('ratio', (arm) => orDash(arm.means.ratio, fixed(4)), 'Ratio: parameters kept.'),
    always(metricOf(metric).title, (arm) => resultText(arm)),
    number('standard error', (arm) => orDash(standardErrorOf(arm), errorText(metric))),
    number('at chosen epoch', (arm) => orDash(arm.chosen, (value) => valueText(metric, value))),
    number('train loss', (arm) => orDash(arm.means.train_loss, fixed(4))),
    number('MACs', (arm) => orDash(arm.means.macs, whole), 'MACs: multiply-accumulates of one forward pass.'),
    number('train examples/s', (arm) => orDash(arm.means.train_examples_per_second, significant)),
    number('test examples/s', (arm) => orDash(arm.means.eval_examples_per_second, significant)),
    number('step ms', (arm) => orDash(arm.means.step_ms, significant)),
    number(
      'step / dense',
      (arm) => orDash(arm.stepOverDense, (value) => `${value.toFixed(2)}×`),
      'Step / dense: time of a training step over that of the dense model in the same run.',
    ),
    number('peak memory MiB', (arm) => orDash(arm.means.rss_peak_bytes, mebibytes)),
    number('of it tensors MiB', (arm) => orDash(arm.means.tensor_peak_bytes, mebibytes)),
    number('GPU memory MiB', (arm) => orDash(arm.means.gpu_memory_peak_bytes, mebibytes)),
  ];
}

function isSparse({ means }: ArmSummary): boolean {
  return means.nonzero_parameters !== means.parameters;
}
