import type { JoinedMethod } from '../../harness/methods/joined.ts';
import { planCells } from '../../harness/plan.ts';
import type { Cell, SuiteSpec } from '../../harness/spec/spec.ts';
import type { CellContext } from '../../harness/tasks/context.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';

/** One thread, generated data, no checkpoint. */
export const plainContext: CellContext = {
  dataDir: null,
  checkpointDir: null,
  device: 'cpu',
  threads: 1,
  onProgress: () => undefined,
};

/** The first cell whose name has the part. */
export function cellNamed(part: string, cells: readonly Cell[]): Cell {
  return cells.find(({ cell }) => cell.includes(part))!;
}

/** Real cells that train in a second or two: ResNet-8 of width 4 on a few generated images. */
export function tinyCells(training: { epochs?: number; learningRate?: number } = {}): Cell[] {
  return planCells(tinySuite(training), 'smoke', { present: [] });
}

/** The cells that a method gets beside them. */
export function joinedCells(joined: JoinedMethod): Cell[] {
  const cells = planCells(tinySuite({}), 'smoke', { present: [], methods: [joined] });
  return cells.filter(({ method }) => method === joined.method.name);
}

function tinySuite(training: { epochs?: number; learningRate?: number }): SuiteSpec {
  return fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 100, testExamples: 50 });
    Object.assign(experiment.training, { batchSize: 32, epochs: 3, ...training });
    experiment.arms[1]!.budgets = [0.25];
    spec.profiles.smoke!.seeds = 1;
  });
}
