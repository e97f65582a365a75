import { describe, expect, it } from 'vitest';
import { readTuning } from '../../baselines/tuning-file.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { dataFolderNames } from '../../harness/spec/datasets.ts';
import { type DistillationConfig, isDistillation } from '../../harness/spec/distillation.ts';
import { type ImageConfig, type ImageExperimentSpec, isImage } from '../../harness/spec/image.ts';
import { isNormalization, type NormalizationConfig } from '../../harness/spec/normalization.ts';
import { type BaseConfig, factorOf } from '../../harness/spec/words.ts';
import { suites } from '../../suites/registry.ts';

/** The angle by which an update turns weights before a normalization, at equilibrium: √(2ηλ/(1 + μ)). */
function angleOf({ training: { learningRate, decay, momentum } }: Pick<ImageConfig, 'training'>): number {
  return Math.sqrt((2 * learningRate * decay) / (1 + momentum));
}

function isOfImages(config: BaseConfig): config is ImageConfig | DistillationConfig | NormalizationConfig {
  return isImage(config) || isDistillation(config) || isNormalization(config);
}

const short = suites.flatMap(({ profiles, ...suite }) =>
  (['smoke', 'nightly'] as const).flatMap((profile) => {
    const spec = profiles[profile];
    const images = spec?.experiments.filter(({ task }) => ['image', 'distillation', 'normalization'].includes(task)) as
      | ImageExperimentSpec[]
      | undefined;
    return spec === undefined || images === undefined || images.length === 0
      ? []
      : [{ name: `${suite.name}-${profile}`, suite: { ...suite, profiles }, profile, spec, images }];
  }),
);

it('is right for the published setting and for one that destroys networks', () => {
  const { training } = short[0]!.images[0]!;
  const at = (learningRate: number, decay: number) => angleOf({ training: { ...training, learningRate, decay } });
  expect(at(0.1, 1e-4)).toBeCloseTo(0.00324, 5);
  expect(at(0.1, 7e-3)).toBeCloseTo(0.0271, 4);
});

describe.each(short)('$name keeps what makes the published training what it is', ({ suite, profile, spec, images }) => {
  it('turns weights by at most 0.01 rad an update in the shared lane, where λ is not what is varied', () => {
    const cells = planCells(suite, profile, { present: dataFolderNames, untuned: 'counted' });
    const shared = cells.filter((cell) => factorOf(cell, 'tuning') === null && factorOf(cell, 'decay') === null);
    const decayed = shared.flatMap((cell) =>
      isOfImages(cell.config) && cell.config.regularizer !== 'none' ? [angleOf(cell.config)] : [],
    );
    expect(decayed.length).toBeGreaterThan(0);
    for (const angle of decayed) expect(angle).toBeLessThanOrEqual(0.01);
  });

  it('scales the rate with the batch, and leaves momentum and the falls of the rate as published', () => {
    const published = (suite.profiles.paper!.experiments as ImageExperimentSpec[])[0]!.training;
    for (const { training } of images) {
      expect(training.learningRate / training.batchSize).toBeCloseTo(published.learningRate / published.batchSize, 10);
      const { momentum, decayAt, decayFactor, labelSmoothing } = published;
      expect(training).toMatchObject({ momentum, decayAt, decayFactor, labelSmoothing });
    }
  });

  it('has the λ that the dense network admits, where that was found', async () => {
    const found = await readTuning(suite.name, 'nightly');
    if (found?.shared == null) return;
    for (const { training } of images) expect(training.decay).toBe(found.shared.decay);
    expect(spec.note).toMatch(/decay/);
  });
});
