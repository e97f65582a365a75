import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { matMul } from '../../harness/engine/algebra/mat-mul.ts';
import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { planCells } from '../../harness/plan/plan.ts';
import { passes } from '../../harness/record.ts';
import { totalMacs, totalParameters } from '../../harness/shape/blueprint.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import type { DistillationExperimentSpec } from '../../harness/spec/distillation.ts';
import { collapseChecks, collapseOf } from '../../harness/tasks/distillation/collapsing.ts';
import type { NeededCell } from '../../harness/tasks/needed.ts';
import type { ThreeFactors } from '../../harness/tensor/three-factors.ts';
import { distillation } from '../../suites/distillation.ts';
import { plainContext } from '../end-to-end/tiny-cells.ts';
import { normalizationsMoved, tinyData, tinyModel } from '../helpers/tiny-training.ts';

/** Faults put into distillation, which must show in a cell's definition or checks, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tensor/three-factors.ts', async (original) => {
  const real = await original<typeof import('../../harness/tensor/three-factors.ts')>();
  return {
    ...real,
    rightFactor: (v: Tensor, m: Tensor) =>
      fault.name === 'V M in place of V Mᵀ' ? matMul(v, m) : real.rightFactor(v, m),
    threeFactorGradients(given: ThreeFactors) {
      if (fault.name === 'gradients in another order') return reordered(given);
      const found = real.threeFactorGradients(given);
      return fault.name === 'half of the decay of M' ? { ...found, m: tf.mul(found.m, 0.5) } : found;
    },
  };
});

/** The gradients of ½‖U M Vᵀ‖² from the same products, computed the other way round. */
function reordered({ u, m, v }: ThreeFactors): ThreeFactors {
  return tf.tidy(() => {
    const b = matMul(v, v, { transposeA: true });
    const a = matMul(u, u, { transposeA: true });
    const mb = matMul(m, b);
    const am = matMul(a, m);
    const forV = matMul(v, matMul(m, am, { transposeA: true }));
    const forM = matMul(am, b);
    return { u: matMul(u, matMul(mb, m, { transposeB: true })), m: forM, v: forV };
  });
}

vi.mock('../../harness/engine/ops/soft-targets.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/ops/soft-targets.ts')>();
  return {
    softTargetLoss: (s: Tensor, t: Tensor, temperature: number) =>
      fault.name === 'T in place of T²'
        ? tf.div(real.softTargetLoss(s, t, temperature), temperature)
        : real.softTargetLoss(s, t, temperature),
  };
});

vi.mock('../../harness/nn/conv-layer.ts', async (original) => {
  const real = await original<typeof import('../../harness/nn/conv-layer.ts')>();
  return {
    ...real,
    matrixFilter: (...given: Parameters<typeof real.matrixFilter>) =>
      fault.name === 'collapsed filters upside down'
        ? tf.reverse(real.matrixFilter(...given), 0)
        : real.matrixFilter(...given),
  };
});

vi.mock('../../harness/random.ts', async (original) => {
  const real = await original<typeof import('../../harness/random.ts')>();
  return {
    ...real,
    streamsOf(family: string, replicate: number) {
      const other = fault.name === 'other draws of what is replaced' && family === 'collapsed';
      return real.streamsOf(family, replicate + (other ? 1 : 0));
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const smoke = structuredClone(distillation.profiles.smoke!);
for (const experiment of smoke.experiments as DistillationExperimentSpec[]) {
  experiment.models = [{ name: 'resnet', depth: 8, width: 4 }];
  if (experiment.teacher !== undefined) experiment.teacher = { name: 'resnet', depth: 8, width: 4 };
  Object.assign(experiment.fallbackDataset!, { trainExamples: 100, validationExamples: 40, testExamples: 50 });
  Object.assign(experiment.training, { epochs: 2, testEvery: 2 });
}
const suite = { ...distillation, profiles: { smoke: { ...smoke, experiments: smoke.experiments.slice(0, 1) } } };
// The dense network is its own teacher here.
const cells = planCells(suite, 'smoke', { present: [] });
const cellNamed = (start: string) => cells.find(({ cell }) => cell.startsWith(start))!;

/** A teacher of random weights, as a finished cell hands them over. */
function teacher(seed: number): NeededCell {
  const network = normalizationsMoved(tinyModel({ method: 'dense', seed, shape: { size: 32, classes: 10, width: 4 } }));
  const weights = new Map(
    network.variables.map(({ name, value }) => [
      name,
      { shape: value.shape, values: Float32Array.from(value.dataSync()) },
    ]),
  );
  for (const variable of network.variables) variable.dispose();
  return { record: { result_digest: '0' } as NeededCell['record'], weights: async () => weights };
}

async function define(cell: PlannedCell, name = 'none', seed = 5): Promise<Definition> {
  const needed = async () => new Map([['teacher', teacher(seed)]]);
  fault.name = name;
  return (await defineCell(cell, { ...plainContext, needed }))!;
}
const changes = (before: Definition, after: Definition) => definitionChanges(before, after, 'epoch');

const deep = cellNamed('deep-residual.spectral.frobenius-decay');
const student = cellNamed('dense.default.weight-decay.temperature');
let right: { deep: Definition; student: Definition };
beforeAll(async () => {
  right = { deep: await define(deep), student: await define(student) };
});

describe('a fault', () => {
  test('half of the decay of M', async () => {
    const [first] = changes(right.deep, await define(deep, 'half of the decay of M'));
    expect(first).toMatch(/^train: 6 more (Mul|constants)/);
  });

  test('V M in place of V Mᵀ', async () => {
    const found = changes(right.deep, await define(deep, 'V M in place of V Mᵀ'));
    expect(found.some((text) => text.startsWith('train: '))).toBe(true);
    expect(found.some((text) => text.startsWith('evaluation: '))).toBe(true);
  });

  test('T in place of T²', async () => {
    const found = changes(right.student, await define(student, 'T in place of T²'));
    expect(found[0]).toMatch(/^train: /);
  });

  test('a student that forgets its teacher, or at another temperature', async () => {
    const { teacher: taught, ...plain } = student.config as unknown as { teacher: object };
    const without = { ...student, needs: [], config: plain as never };
    expect(changes(right.student, await define(without)).some((text) => text.startsWith('train: '))).toBe(true);
    const config = { ...student.config, teacher: { ...taught, temperature: 2 } } as never;
    const [first] = changes(right.student, await define({ ...student, config }));
    expect(first).toMatch(/^train: .*constant/);
  });

  test('collapsed filters upside down fail the checks of exactness', async () => {
    const model = normalizationsMoved(tinyModel({ scale: 3 }));
    const sizes = { parameters: totalParameters(model.blueprint), macs: totalMacs(model.blueprint) };
    const failing = async (name: string) => {
      fault.name = name;
      const checks = collapseChecks(await collapseOf(model, tinyData(24, 40), async () => undefined), sizes);
      return checks.filter((check) => !passes(check)).map((check) => check.name);
    };
    expect(await failing('none')).toEqual([]);
    expect(await failing('collapsed filters upside down')).toContain(
      'collapsed network: relative difference of logits',
    );
  });
});

describe('a healthy change', () => {
  test.each(['none', 'gradients in another order', 'other draws of what is replaced'])('%s', async (name) => {
    const [one, other] = [await define(deep, name), await define(student, name)];
    expect(changes(right.deep, one)).toEqual([]);
    expect(firstStepDifference(right.deep, one)).toBeNull();
    expect(changes(right.student, other)).toEqual([]);
    expect(firstStepDifference(right.student, other)).toBeNull();
  });

  test('a teacher of other weights: what a student computes does not depend on a training’s bits', async () => {
    const before = tf.memory().numTensors;
    const again = await define(student, 'none', 6);
    expect(again).toEqual(right.student);
    expect(tf.memory().numTensors).toBe(before);
  });
});
