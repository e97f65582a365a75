import { regularizerLabel } from '../../baselines/arms.ts';
import { percent } from '../../baselines/wording.ts';
import type { ArmSummary } from '../arm-summary.ts';
import { byPlace, resultText, seedsOf } from '../arm-summary.ts';
import { type MetricWords, wordsOf } from '../metric-words.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { fixed, mebibytes, notMeasured, orDash, significant, whole } from '../render/format.ts';

/** One table a model and data set: a row an arm. */
export function resultSection(arms: readonly ArmSummary[]): Section {
  const words = wordsOf(arms);
  const columns = columnsFor(words);
  const blocks: Block[] = [];
  for (const [place, members] of byPlace(arms)) {
    const shown = columns.filter(
      (column) => !column.optional || members.some((arm) => column.cell(arm) !== notMeasured),
    );
    blocks.push(text(`${place}:`), table(members, shown));
  }
  if (blocks.length === 0) return { heading: 'Results', blocks: [text('No cell has a record.')] };
  blocks.push(text(legendFor(arms, words)));
  if (arms.some((a) => a.method === 'dense') && arms.some((a) => a.regularizer === 'frobenius-decay')) {
    blocks.push(
      text(
        'Regularizer none: no variable decays, not only the factors. Frobenius decay of a dense layer is weight decay, so the dense model has no row of its own for it.',
      ),
    );
  }
  if (arms.some(({ regularizer }) => regularizer === 'no-factor-decay')) {
    blocks.push(
      text(
        'Regularizer no-factor-decay: all decays but the factors. The paper’s released code comes to it where it is asked for ' +
          'Frobenius decay of tensors: it adds the penalty after the gradient is taken.',
      ),
    );
  }
  return { heading: 'Results', blocks };
}

const legendFor = (arms: readonly ArmSummary[], { name, capital, source }: MetricWords) =>
  `${capital} is ${source}, mean ± sample standard deviation over the completed seeds` +
  `${arms.some(({ means }) => means.best_value !== null) ? `; the best ${name} is selected on the test set and only shown` : ''}. ` +
  'Ratio: parameters kept. MACs: multiply-accumulates of one forward pass. ' +
  'Step / dense: time of a training step over that of the dense model in the same run. ' +
  `${notMeasured}: not measured.`;

type ResultColumn = Column<ArmSummary> & { optional?: boolean };

function number(name: string, cell: (arm: ArmSummary) => string, optional = false): ResultColumn {
  return { name, cell, numeric: true, optional };
}

const columnsFor = ({ name }: MetricWords): ResultColumn[] => [
  { name: 'method', cell: (arm) => arm.method },
  number('budget', (arm) => String(arm.budget)),
  { name: 'init', cell: (arm) => arm.init },
  { name: 'regularizer', cell: regularizerLabel },
  number('seeds', seedsOf),
  number('parameters', (arm) => orDash(arm.means.parameters, whole)),
  number('nonzero', (arm) => (isSparse(arm) ? orDash(arm.means.nonzero_parameters, whole) : notMeasured), true),
  number('ratio', (arm) => orDash(arm.means.ratio, fixed(4))),
  number(name, (arm) => resultText(arm)),
  number('best', (arm) => orDash(arm.means.best_value, percent), true),
  number('train loss', (arm) => orDash(arm.means.train_loss, fixed(4))),
  number('MACs', (arm) => orDash(arm.means.macs, whole)),
  number('train examples/s', (arm) => orDash(arm.means.train_examples_per_second, significant)),
  number('test examples/s', (arm) => orDash(arm.means.eval_examples_per_second, significant), true),
  number('step ms', (arm) => orDash(arm.means.step_ms, significant)),
  number('step / dense', (arm) => orDash(arm.stepOverDense, (value) => `${value.toFixed(2)}×`), true),
  number('peak memory MiB', (arm) => orDash(arm.means.rss_peak_bytes, mebibytes)),
  number('of it tensors MiB', (arm) => orDash(arm.means.tensor_peak_bytes, mebibytes), true),
  number('GPU memory MiB', (arm) => orDash(arm.means.gpu_memory_peak_bytes, mebibytes), true),
];

function isSparse({ means }: ArmSummary): boolean {
  return means.nonzero_parameters !== means.parameters;
}
