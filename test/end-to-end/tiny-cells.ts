import { planCells } from '../../harness/plan.ts';
import type { Cell } from '../../harness/spec.ts';
import { fixtureSuite } from '../helpers/suites.ts';

/** Real cells that train in a second or two: ResNet-8 of width 4 on a few generated images. */
export function tinyCells(training: { epochs?: number; learningRate?: number } = {}): Cell[] {
  const suite = fixtureSuite((spec) => {
    const profile = spec.profiles.smoke!;
    profile.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(profile.fallbackDataset!, { trainExamples: 100, testExamples: 50 });
    Object.assign(profile.training, { batchSize: 32, epochs: 3, ...training });
    profile.arms[1]!.budgets = [0.25];
    profile.seeds = 1;
  });
  return planCells(suite, 'smoke', { realData: false });
}
