import type { DatasetSpec } from '../harness/spec/image.ts';
import type { NormalizationArmSpec, NormalizationExperimentSpec } from '../harness/spec/normalization.ts';
import type { SuiteSpec } from '../harness/spec/suite.ts';
import { published, cifar10 as wholeCifar10 } from './published-resnets.ts';
import { nightlySizes, shortened } from './shortened.ts';

/**
 * Why decay acts on networks with batch normalization (Khodak et al. 2021, section 3.2): by Frobenius decay, or by the
 * norms alone that it gives to the products (arm *norm*).
 */

const cifar10: DatasetSpec = { ...wholeCifar10, normalization: 'imagenet' };

/** λ of short profiles: what `tune` found for the dense ResNet-8 of `compression`, whose pixels are normalized otherwise. */
const shortDecay = 1e-3;

/** The paper's sweep of λ at this rank scale. */
const publishedSweep = [5e-6, 1e-5, 5e-5, 5e-4, 1e-3, 5e-3];

/** The same sweep around the λ of short profiles: each value as far from it as published. */
const shortSweep = publishedSweep.map((decay) => rounded((decay * shortDecay) / published.decay));

/** Without the rounding of the quotient, which would show in names. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The paper's rank scale. */
const rankScale = 0.1111;

/** What Frobenius decay is held against: *none*, *frob* and *norm*. */
const treatments = ['no-factor-decay', 'frobenius-decay', 'frobenius-norms'] as const;

const dense: NormalizationArmSpec = {
  method: 'dense',
  factors: { budget: [1], init: ['default'], regularizer: ['none', 'weight-decay'] },
};

/** The thinner dense network of as many parameters. */
const narrow: NormalizationArmSpec = {
  method: 'narrow',
  factors: { budget: [rankScale], init: ['default'], regularizer: ['weight-decay'] },
  budgetUnit: 'rank-scale',
};

const lowRank = (own: Omit<NormalizationArmSpec['factors'], 'budget' | 'regularizer'>): NormalizationArmSpec => ({
  method: 'low-rank',
  factors: { budget: [rankScale], regularizer: [...treatments], ...own },
  budgetUnit: 'rank-scale',
});

/** A quarter and four times the learning rate, at the same λ, which tells their names from those of the sweep of λ. */
const ratesAround = (rate: number, decay: number) => ({ decay: [decay], learning_rate: [rate / 4, 4 * rate] });

/** At one learning rate and λ, with spectral initialization and without. */
const lowRankBoth = lowRank({ init: ['default', 'spectral'] });

const smokeSizes = { trainExamples: 1600, validationExamples: 250, testExamples: 500 };
const shortRate = shortened(published, { epochs: 1, decay: shortDecay }).learningRate;

export const normalization: SuiteSpec<NormalizationExperimentSpec> = {
  name: 'normalization',
  title: 'Why decay acts under batch normalization',
  description:
    'Does Frobenius decay act through the norms of the products alone, and so through the effective learning rate? ' +
    'Networks without decay of factors whose products are given the norms of those with it should then be as good.',
  profiles: {
    smoke: {
      note:
        'ResNet-8 of half the width for 4 epochs of 1,600 images: shows that norms are kept and set, and that ' +
        'everything runs, learns and repeats. Batches of 32 at a quarter of the published rate, and the decay of ' +
        'nightly.',
      experiments: [
        {
          task: 'normalization',
          models: [{ name: 'resnet', depth: 8, width: 8 }],
          dataset: { ...cifar10, ...smokeSizes },
          fallbackDataset: { ...cifar10, name: 'generated', ...smokeSizes },
          training: shortened(published, { epochs: 4, testEvery: 4, decay: shortDecay }),
          equivalenceMargin: 0.04,
          arms: [dense, narrow, lowRankBoth, lowRank({ init: ['spectral'], decay: [shortSweep.at(-1)!] })],
        },
      ],
      seeds: 1,
      margin: 0.08,
      timeLimitSeconds: 600,
    },
    nightly: {
      note:
        'ResNet-8 for 8 epochs of 4,000 images instead of ResNet-20 for 200 of 50,000: batches of 32 instead of 128 ' +
        'for more steps, at a quarter of the rate; the decay is that of the compression suite, the larger of those tried there, which a ' +
        'dense ResNet-8 bears as held-out images say, and the six published values of λ lie around it as they lie around the published ' +
        'one. Learning rates and λ are swept with one seed, with spectral initialization; large λ turn weights ' +
        'faster than published trainings do. Arms norm and frob count as equivalent where they differ by less ' +
        'than 2 points.',
      experiments: [
        {
          task: 'normalization',
          models: [{ name: 'resnet', depth: 8, width: 16 }],
          dataset: { ...cifar10, ...nightlySizes },
          fallbackDataset: null,
          training: shortened(published, { epochs: 8, testEvery: 4, decay: shortDecay }),
          equivalenceMargin: 0.02,
          arms: [
            dense,
            narrow,
            lowRankBoth,
            { ...lowRank({ init: ['spectral'], decay: shortSweep }), seeds: 1 },
            { ...lowRank({ init: ['spectral'], ...ratesAround(shortRate, shortDecay) }), seeds: 1 },
          ],
        },
      ],
      seeds: 3,
      margin: 0.04,
      timeLimitSeconds: 3600,
    },
    paper: {
      note:
        'The published training of ResNet-20 on CIFAR-10 at rank scale 0.1111, for a GPU, with the six published ' +
        'values of λ, and two more learning rates, which are this project’s. Arms norm and frob count as ' +
        'equivalent where they differ by less than half a point. All training images are trained on, as ' +
        'published: none is held out, and nothing is selected.',
      experiments: [
        {
          task: 'normalization',
          models: [{ name: 'resnet', depth: 20, width: 16 }],
          dataset: cifar10,
          fallbackDataset: null,
          training: published,
          equivalenceMargin: 0.005,
          arms: [
            dense,
            narrow,
            lowRankBoth,
            lowRank({ init: ['default', 'spectral'], decay: publishedSweep }),
            lowRank({ init: ['default', 'spectral'], ...ratesAround(published.learningRate, published.decay) }),
          ],
        },
      ],
      seeds: 3,
      margin: 0.005,
      timeLimitSeconds: 1000 * 24 * 3600,
    },
  },
};
