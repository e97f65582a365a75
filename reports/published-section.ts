import type { ArmSummary } from './arm-summary.ts';
import type { Section } from './document.ts';
import { table, text } from './document.ts';
import { notMeasured, percentSpread } from './format.ts';

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

/** The published values beside this run's, where it trained that model on all of that data; only for low-rank suites. */
export function publishedSection(arms: readonly ArmSummary[]): Section | null {
  if (!arms.some((arm) => arm.method === 'low-rank')) return null;
  // A run may hold both widths that go by the published name.
  const measured = (value: PublishedValue) => {
    const matches = arms.filter((arm) => isPublishedSetting(arm) && sameArm(arm, value));
    const texts = matches.map((arm) => `${percentSpread(arm.value.mean, arm.value.sd)} (${arm.model})`);
    return texts.length === 0 ? notMeasured : texts.join('; ');
  };
  return {
    heading: 'Published values (provisional, not gated)',
    blocks: [
      text(
        'Khodak et al., ICLR 2021, table 1: ResNet32x2 on CIFAR-10, compression 0.1; second-hand, so provisional, and no part ' +
          'of the check. "This run" is filled only where it trained a ResNet-32 with projections, of one of the two widths that ' +
          'go by that name, on all of CIFAR-10.',
      ),
      table(publishedValues, [
        { name: 'method', cell: ({ method }) => method },
        { name: 'budget', cell: ({ budget }) => String(budget), numeric: true },
        { name: 'init', cell: ({ init }) => init },
        { name: 'regularizer', cell: ({ regularizer }) => regularizer },
        { name: 'published', cell: ({ accuracy }) => percentSpread(accuracy, null), numeric: true },
        { name: 'this run', cell: measured, numeric: true },
      ]),
    ],
  };
}

/** Two widths go by the name ResNet32x2: twice those of He et al. (32), and the released code's (64). */
function isPublishedSetting({ records }: ArmSummary): boolean {
  const config = records[0]?.config;
  return (
    config !== undefined &&
    config.model.name === 'resnet-projection' &&
    config.model.depth === 32 &&
    [32, 64].includes(config.model.width) &&
    config.dataset.name === 'cifar-10' &&
    records.every((record) => record.train_examples === 50_000 && record.test_examples === 10_000)
  );
}

function sameArm(arm: ArmSummary, value: PublishedValue): boolean {
  const { method, init, regularizer, budget } = value;
  return arm.method === method && arm.init === init && arm.regularizer === regularizer && arm.budget === budget;
}
