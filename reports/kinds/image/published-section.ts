import { valueText } from '../../../baselines/wording.ts';
import { isImage } from '../../../harness/spec/image.ts';
import { factorOf } from '../../../harness/spec/words.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { resultText } from '../../arms/arm-text.ts';
import { budgetOf, isDense, isTuned, methodOf } from '../../arms/coordinates.ts';
import type { Block, Section } from '../../render/document.ts';
import { table, text } from '../../render/document.ts';
import { notMeasured } from '../../render/format.ts';
import type { RelatedValue } from './related-values.ts';
import { relatedValues } from './related-values.ts';

interface PublishedValue {
  method: string;
  init: string;
  regularizer: string;
  budget: number;
  /** Accuracy, a fraction. */
  accuracy: number;
}

/** Khodak et al. 2021, table 1: ResNet32x2 on CIFAR-10. Taken from citations, not from the paper itself. */
export const publishedValues: readonly PublishedValue[] = [
  { method: 'dense', init: 'default', regularizer: 'weight-decay', budget: 1, accuracy: 0.9449 },
  { method: 'low-rank', init: 'default', regularizer: 'weight-decay', budget: 0.1, accuracy: 0.9359 },
  { method: 'low-rank', init: 'spectral', regularizer: 'weight-decay', budget: 0.1, accuracy: 0.9252 },
  { method: 'low-rank', init: 'default', regularizer: 'frobenius-decay', budget: 0.1, accuracy: 0.9292 },
  { method: 'low-rank', init: 'spectral', regularizer: 'frobenius-decay', budget: 0.1, accuracy: 0.9434 },
];

/**
 * The published values beside this run's, where it trained that model on all of that data; only for low-rank networks
 * of the kinds in the table.
 */
export function publishedSection(arms: readonly ArmSummary[]): Section | null {
  if (!arms.some((arm) => methodOf(arm) === 'low-rank' && isOfTable(arm))) return null;
  // A run may hold both widths that go by the published name.
  const measured = (value: PublishedValue) =>
    shown(arms.filter((arm) => isSetting(arm, publishedSetting) && sameArm(arm, value)));
  return {
    heading: 'Published values (provisional, not gated)',
    blocks: [
      text(
        'Khodak et al., ICLR 2021, table 1: ResNet32x2 on CIFAR-10, compression 0.1; second-hand, so provisional, ' +
          'and no part of the check. The table’s other cells (other budgets, models, data sets and the sparse ' +
          'methods) are not known here. "This run" is filled only where it trained a ResNet-32 with projections, of ' +
          'one of the two widths that go by that name, on all of CIFAR-10.',
      ),
      table(publishedValues, [
        { name: 'method', cell: ({ method }) => method },
        { name: 'budget', cell: ({ budget }) => String(budget), numeric: true },
        { name: 'init', cell: ({ init }) => init },
        { name: 'regularizer', cell: ({ regularizer }) => regularizer },
        { name: 'published', cell: ({ accuracy }) => valueText('accuracy', accuracy), numeric: true },
        { name: 'this run', cell: measured, numeric: true },
      ]),
      ...relatedBlocks(arms),
    ],
  };
}

/** Results of others for the models that this run trained on all of their data. */
function relatedBlocks(arms: readonly ArmSummary[]): Block[] {
  const rows = relatedValues
    .map((value) => ({ value, here: arms.filter((arm) => isSetting(arm, value)) }))
    .filter(({ here }) => here.length > 0);
  if (rows.length === 0) return [];
  type Row = (typeof rows)[number];
  const measured = ({ value, here }: Row) =>
    value.method === 'dense'
      ? shown(here.filter((arm) => isDense(arm) && factorOf(arm, 'regularizer') === 'weight-decay'))
      : notMeasured;
  return [
    text(
      'Related values, from other repositories: of the same models by name and the same data, trained in other ways. ' +
        'Kept: of convolution and linear weights. "This run" is filled for the dense model only, as the methods are ' +
        'others.',
    ),
    table(rows, [
      { name: 'source', cell: ({ value }) => value.source },
      { name: 'model', cell: ({ value }) => `${value.model.name}-${value.model.depth}` },
      { name: 'data set', cell: ({ value }) => value.dataset },
      { name: 'method', cell: ({ value }) => value.method },
      { name: 'kept', cell: ({ value }) => String(value.kept), numeric: true },
      { name: 'published', cell: ({ value }) => valueText('accuracy', value.accuracy), numeric: true },
      { name: 'this run', cell: measured, numeric: true },
    ]),
  ];
}

/** `93.59 % ± 0.21 (resnet-projection-32x32)`, or `(resnet-projection-32x32, tuned)`, one an arm. */
function shown(arms: readonly ArmSummary[]): string {
  const texts = arms.map((arm) => `${resultText(arm)} (${arm.model}${isTuned(arm) ? ', tuned' : ''})`);
  return texts.length === 0 ? notMeasured : texts.join('; ');
}

/** Two widths go by the name ResNet32x2: twice those of He et al. (32), and the released code's (64). */
const publishedSetting = {
  model: { name: 'resnet-projection', depth: 32, widths: [32, 64] },
  dataset: 'cifar-10',
} as const;

/** Table 1 is of ResNets and VGG; wide ResNets have a table of their own, which is not known here. */
function isOfTable({ config }: ArmSummary): boolean {
  return isImage(config) && config.model.name !== 'wide-resnet';
}

/** Training and test images of the published data sets. */
const wholeSets: Partial<Record<string, [number, number]>> = {
  'cifar-10': [50_000, 10_000],
  'cifar-100': [50_000, 10_000],
};

/** Whether the arm trained that model on all of that data. */
function isSetting(
  { config, records }: ArmSummary,
  { model, dataset }: Pick<RelatedValue, 'model' | 'dataset'>,
): boolean {
  const [train, test] = wholeSets[dataset] ?? [];
  return (
    isImage(config) &&
    config.model.name === model.name &&
    'depth' in config.model &&
    config.model.depth === model.depth &&
    'width' in config.model &&
    model.widths.includes(config.model.width) &&
    config.dataset.name === dataset &&
    records.every(
      (record) => record.status !== 'failed' && record.train_examples === train && record.test_examples === test,
    )
  );
}

function sameArm(arm: ArmSummary, value: PublishedValue): boolean {
  const { method, init, regularizer, budget } = value;
  const [ownInit, ownRegularizer] = [factorOf(arm, 'init'), factorOf(arm, 'regularizer')];
  return methodOf(arm) === method && ownInit === init && ownRegularizer === regularizer && budgetOf(arm) === budget;
}
