import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { NormalizationExperimentSpec } from '../../harness/spec/normalization.ts';
import { recordingRole } from '../../harness/spec/normalization.ts';
import type { SuiteSpec } from '../../harness/spec/suite.ts';
import type { CellContext } from '../../harness/tasks/context.ts';
import type { NeededCell } from '../../harness/tasks/needed.ts';
import { readWeights, type SavedWeights } from '../../harness/weight-file.ts';
import { normalization } from '../../suites/normalization.ts';
import { plainContext } from '../end-to-end/tiny-cells.ts';

/** The smoke suite of normalization, cut to ResNet-8 of width 4 on a few generated images. */
export function tinyNormalizationSuite(): SuiteSpec<NormalizationExperimentSpec> {
  const suite = structuredClone(normalization) as SuiteSpec<NormalizationExperimentSpec>;
  const profile = structuredClone(suite.profiles.smoke!);
  const [experiment] = profile.experiments;
  const sizes = { trainExamples: 100, validationExamples: 40, testExamples: 50 };
  const tiny: NormalizationExperimentSpec = {
    ...experiment!,
    models: [{ name: 'resnet', depth: 8, width: 4 }],
    fallbackDataset: { ...experiment!.fallbackDataset!, ...sizes },
    training: { ...experiment!.training, epochs: 3, testEvery: 1 },
  };
  return { ...suite, profiles: { smoke: { ...profile, experiments: [tiny] } } };
}

/** Its cells. */
export function tinyNormalizationCells(): PlannedCell[] {
  return planCells(tinyNormalizationSuite(), 'smoke', { present: [] });
}

/** A cell that was run, as one that needs it finds it. */
export interface RanCell {
  record: FinishedRecord;
  weights: SavedWeights;
  needed: ReadonlyMap<string, NeededCell>;
}

/** Runs a cell that keeps its weights, and reads them back, for one that needs it in a role. */
export async function runKeeping(
  cell: PlannedCell,
  context: Partial<CellContext> = {},
  role = recordingRole,
): Promise<RanCell> {
  const dir = await mkdtemp(join(tmpdir(), 'factorbench-test-'));
  try {
    const weightsPath = join(dir, 'weights.safetensors');
    const record = await runCell(cell, { ...plainContext, ...context, weightsPath });
    const weights = await readWeights(weightsPath, { id: record.id, digest: record.weights_digest! });
    if (weights === null) throw new Error(`${cell.cell} has kept no weights`);
    return { record, weights, needed: new Map([[role, { record, weights: async () => weights }]]) };
  } finally {
    await rm(dir, { recursive: true });
  }
}
