import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCell } from '../../harness/cell.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { type FinishedRecord, passes, recordSchema } from '../../harness/record.ts';
import { totalMacs, totalParameters } from '../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../harness/shape/resnet.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { DistillationDetails, DistillationExperimentSpec } from '../../harness/spec/distillation.ts';
import { readWeights } from '../../harness/weight-file.ts';
import { distillation } from '../../suites/distillation.ts';
import { plainContext as context } from './tiny-cells.ts';

/** Cells of distillation, from their plan to their records, on a few generated images. */

const suite = structuredClone(distillation);
for (const experiment of suite.profiles.smoke!.experiments as DistillationExperimentSpec[]) {
  const width = (experiment.models[0] as { width: number }).width / 2;
  experiment.models = [{ name: 'resnet', depth: 8, width }];
  if (experiment.teacher !== undefined) experiment.teacher = { name: 'resnet', depth: 8, width: 2 * width };
  Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
  Object.assign(experiment.training, { epochs: 2, testEvery: 2 });
}
const cells = planCells(suite, 'smoke', { present: [] });
const sizes = { depth: 8, classes: 10, size: 32, inputChannels: 3 };
const [dense, wide] = [4, 8].map((width) => resnetBlueprint({ ...sizes, width })) as [never, never];
const [denseMacs, teacherMacs] = [totalMacs(dense), totalMacs(wide)];

function cellNamed(start: string): PlannedCell {
  const found = cells.filter(({ cell }) => cell.startsWith(start));
  expect(found.map(({ cell }) => cell)).toHaveLength(1);
  return found[0]!;
}

let folder: string;
let teacher: FinishedRecord;
let student: FinishedRecord;

async function taughtBy(record: FinishedRecord, path: string): Promise<FinishedRecord> {
  const { id, weights_digest: digest } = record;
  const weights = async () => (await readWeights(path, { id, digest: digest! }))!;
  const needed = async () => new Map([['teacher', { record, weights }]]);
  return runCell(cellNamed('dense.default.weight-decay.temperature-4.soft-0.9.'), { ...context, needed });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factorbench-distillation-'));
  const weightsPath = join(folder, 'teacher.safetensors');
  teacher = await runCell(cellNamed('dense.default.weight-decay.resnet-8-w8.'), { ...context, weightsPath });
  student = await taughtBy(teacher, weightsPath);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a student', () => {
  it('needs the teacher that the plan trains, and only students do', () => {
    const needing = cells.filter(({ needs }) => needs.length > 0);
    expect(needing.map(({ needs }) => needs)).toEqual([[{ role: 'teacher', id: teacher.id, cell: teacher.cell }]]);
    expect(cells.filter(({ isNeeded }) => isNeeded).map(({ id }) => id)).toEqual([teacher.id]);
    expect(planCells(suite, 'smoke', { present: [], only: ['*temperature*'] }).map(({ id }) => id)).toEqual([
      needing[0]!.id,
      teacher.id,
    ]);
  });

  it('records its teacher, whose training and passes count as its own', () => {
    expect(recordSchema.parse(student)).toEqual(student);
    expect(student.needed_digests).toEqual([teacher.result_digest]);
    expect(teacher.training_macs).toBe(3 * teacherMacs * 200);
    expect(student.details).toEqual({
      collapse: null,
      teacher: {
        accuracy: teacher.measures[0]!.value,
        parameters: totalParameters(wide),
        training_macs: teacher.training_macs,
        teaching_macs: teacherMacs * 200,
      },
    });
    expect(student.training_macs).toBeCloseTo(3 * denseMacs * 200 + 3 * teacherMacs * 200 + teacherMacs * 200, -3);
    expect(student).toMatchObject({ parameters: totalParameters(dense), macs: denseMacs, training_passes: 2 });
  });

  it('learns something else than without a teacher, from the same start and order', async () => {
    const alone = await runCell(cellNamed('dense.default.weight-decay.resnet-8-w4.'), context);
    expect(student.initial_weights_digest).toBe(alone.initial_weights_digest);
    expect(student.weights_digest).not.toBe(alone.weights_digest);
    const drawn = ({ definition }: FinishedRecord) => definition!.drawn;
    expect(drawn(student)).toEqual(drawn(alone));
    expect(alone).toMatchObject({ details: null, checks: [], training_macs: 3 * denseMacs * 200 });
    const trained = (of: FinishedRecord) => of.definition!.graphs.find((graph) => graph.of === 'train')!.digest;
    expect(trained(student)).not.toBe(trained(alone));
  });

  it('costs more time than without a teacher', () => {
    const [taught, alone] = ['dense.default.weight-decay.temp', 'dense.default.weight-decay.resnet-8-w4'].map(
      cellNamed,
    );
    expect(taught!.estimatedSeconds).toBeGreaterThan(alone!.estimatedSeconds);
  });
});

describe.each(['low-rank-3.default.frobenius-decay', 'deep.spectral.frobenius-decay'])(
  'an overcomplete cell, %s',
  (arm) => {
    it('is collapsed to the dense network, whose graph is the dense cells’', async () => {
      const record = await runCell(cellNamed(arm), context);
      expect(recordSchema.parse(record)).toEqual(record);
      const { collapse } = record.details as DistillationDetails & object;
      expect(record.checks.map((check) => [check.expected, passes(check)])).toEqual([
        [0, true],
        [0, true],
        [totalParameters(dense), true],
        [denseMacs, true],
      ]);
      const [accuracy, after] = record.measures;
      expect(after).toMatchObject({ metric: 'collapsed_accuracy', value: collapse!.accuracy.after });
      expect(collapse!.accuracy.before).toBe(accuracy!.value);
      expect(record.parameters).toBe(collapse!.before.parameters);
      expect(record.parameters).toBeGreaterThan(2 * totalParameters(dense));
      const evaluation = teacherless(await runCell(cellNamed('dense.default.weight-decay.epochs-5'), context));
      expect(evaluation).toContain(collapse!.after.graph);
      expect(record.definition!.facts).toEqual({
        'collapsed network': collapse!.after.graph,
        'collapsed parameters': totalParameters(dense),
      });
      // The weights are those that were trained: the collapsed network leaves them as they are.
      expect(record.definition!.initial.norms).toHaveProperty(['stage1.block1.1.conv.u']);
    });
  },
);

function teacherless({ definition }: FinishedRecord): string[] {
  return definition!.graphs.filter(({ of }) => of === 'evaluation').map(({ digest }) => digest);
}
