import type { JoinedMethod } from '../../harness/methods/joined.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { CellRecord, FinishedRecord } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import type { CellContext } from '../../harness/tasks/context.ts';
import { experimentOf, fixtureSuite } from '../helpers/suites.ts';

/** One thread, generated data, no checkpoint; nothing is read of other cells, nor kept for them. */
export const plainContext: CellContext = {
  dataDir: null,
  checkpointDir: null,
  weightsPath: null,
  device: 'cpu',
  threads: 1,
  needed: async () => new Map(),
  onProgress: () => undefined,
};

/** The first cell whose name has the part. */
export function cellNamed(part: string, cells: readonly PlannedCell[]): PlannedCell {
  const found = cells.find(({ cell }) => cell.includes(part));
  if (found === undefined) throw new Error(`no cell has ${part} in its name`);
  return found;
}

/** Real cells that train in a second or two: ResNet-8 of width 4 on a few generated images. */
export function tinyCells(training: { epochs?: number; learningRate?: number } = {}): PlannedCell[] {
  return planCells(tinySuite(training), 'smoke', { present: [] });
}

/** The test accuracy at the epoch, of those from `from` on, that the held-out images choose. */
export function chosenAccuracy({ curve }: FinishedRecord, from = 0): number {
  const points = curve.slice(from).map(({ values }) => values);
  const highest = Math.max(...points.map(({ validation_accuracy }) => validation_accuracy!));
  return points.find(({ validation_accuracy }) => validation_accuracy === highest)!.test_accuracy!;
}

/** The cells that a method gets beside them. */
export function joinedCells(joined: JoinedMethod): PlannedCell[] {
  const cells = planCells(tinySuite({}), 'smoke', { present: [], methods: [joined] });
  return cells.filter(({ config }) => config.method === joined.method.name);
}

/** The record of a cell that was computed to its end. */
export function finishedOf(record: CellRecord | undefined): FinishedRecord {
  if (record === undefined || record.status === 'failed') throw new Error('a finished record is expected');
  return record;
}

function tinySuite(training: { epochs?: number; learningRate?: number }): SuiteSpec {
  return fixtureSuite((spec) => {
    const experiment = experimentOf(spec);
    experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
    Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
    Object.assign(experiment.training, { batchSize: 32, epochs: 3, ...training });
    experiment.arms[1]!.factors.budget = [0.25];
    spec.profiles.smoke!.seeds = 1;
  });
}
