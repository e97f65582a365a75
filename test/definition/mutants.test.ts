import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { gradualMagnitude } from '../../harness/methods/sparse/gradual-magnitude.ts';
import { rigl } from '../../harness/methods/sparse/rigl.ts';
import { set } from '../../harness/methods/sparse/set.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import type { ImageConfig } from '../../harness/spec/image.ts';
import { cellNamed, joinedCells, plainContext, tinyCells } from '../end-to-end/tiny-cells.ts';
import { imageConfig } from '../helpers/suites.ts';
import { translationCells } from '../helpers/translation-cells.ts';

/** The real product, with faults put into it: each must show in a cell's definition, in words that name it. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/regularize/decay.ts', async (original) => {
  const real = await original<typeof import('../../harness/regularize/decay.ts')>();
  return {
    ...real,
    decayTerms: (...[variables, decay]: Parameters<typeof real.decayTerms>) => {
      const terms = real.decayTerms(variables, decay);
      const share = { 'half Frobenius decay': 0.5, '98 % of Frobenius decay': 0.98 }[fault.name] ?? 1;
      const less = real.decayTerms(variables, { ...decay, lambda: decay.lambda * share });
      for (const variable of terms.gradient.keys()) {
        if (variable.role === 'factor') terms.gradient.set(variable, less.gradient.get(variable)!);
        if (fault.name === 'no decay of normalizations' && /norm\.(scale|offset)$/.test(variable.name)) {
          terms.gradient.delete(variable);
        }
      }
      return terms;
    },
  };
});

vi.mock('../../harness/data/images/batches.ts', async (original) => {
  const real = await original<typeof import('../../harness/data/images/batches.ts')>();
  return {
    ...real,
    *drawnTrainBatches(...given: Parameters<typeof real.drawnTrainBatches>) {
      let at = 0;
      for (const drawn of real.drawnTrainBatches(...given)) {
        const { labels } = drawn.parts as { labels: Int32Array };
        if (fault.name === 'a label off by one' && given[3] === 1 && at === 2) labels[5] = (labels[5]! + 1) % 10;
        at++;
        yield drawn;
      }
    },
  };
});

vi.mock('../../harness/data/images/images.ts', async (original) => {
  const real = await original<typeof import('../../harness/data/images/images.ts')>();
  return {
    ...real,
    async loadImages(...given: Parameters<typeof real.loadImages>) {
      const data = await real.loadImages(...given);
      return fault.name === 'no division by the deviation' ? { ...data, standardDeviation: [1, 1, 1] } : data;
    },
  };
});

vi.mock('../../harness/tensor/low-rank.ts', async (original) => {
  const real = await original<typeof import('../../harness/tensor/low-rank.ts')>();
  return {
    ...real,
    spectralFactors(...given: Parameters<typeof real.spectralFactors>) {
      const { u, v } = real.spectralFactors(...given);
      if (fault.name !== 'no root in spectral factors') return { u, v };
      // A column of U has norm √σ.
      const whole = (factor: Tensor) => tf.mul(factor, tf.norm(factor, 2, 0, true));
      return { u: whole(u), v: whole(v) };
    },
  };
});

vi.mock('../../harness/tensor/root.ts', async (original) => {
  const real = await original<typeof import('../../harness/tensor/root.ts')>();
  return {
    ...real,
    powerOf: (base: number, exponent: number) =>
      real.powerOf(base, fault.name === 'a linear ramp of pruning' && exponent === 3 ? 1 : exponent),
  };
});

vi.mock('../../harness/sparse/rewiring.ts', async (original) => {
  const real = await original<typeof import('../../harness/sparse/rewiring.ts')>();
  return {
    ...real,
    cosineShare: (...given: Parameters<typeof real.cosineShare>) =>
      real.cosineShare(...given) * (fault.name === 'half of the rewiring' ? 0.5 : 1),
  };
});

vi.mock('../../harness/engine/kernel-choice.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/kernel-choice.ts')>();
  return {
    ...real,
    hasKernel: (...given: Parameters<typeof real.hasKernel>) =>
      fault.name !== 'standard kernels' && real.hasKernel(...given),
  };
});

vi.mock('../../harness/engine/ops/relu.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/ops/relu.ts')>();
  return {
    ...real,
    // Another kernel of the same operation: its results are off by a thousandth.
    relu: (x: Tensor) => (fault.name === 'a wrong kernel' ? offBy(real.relu(x)) : real.relu(x)),
  };
});

/** A tensor's values times 1.001, by no operation that a recording sees. */
const recordings = vi.hoisted(() => ({ running: false }));
vi.mock('../../harness/engine/recorder.ts', async (original) => {
  const real = await original<typeof import('../../harness/engine/recorder.ts')>();
  return {
    ...real,
    recordOperations(...given: Parameters<typeof real.recordOperations>) {
      recordings.running = true;
      try {
        return real.recordOperations(...given);
      } finally {
        recordings.running = false;
      }
    },
  };
});
function offBy(x: Tensor): Tensor {
  return recordings.running ? x : tf.mul(x, 1.001);
}

afterEach(() => {
  fault.name = 'none';
});

type Change = (config: ImageConfig) => void;

/** The cell with a configuration of its own, which no id is asked of here. */
function changed(cell: PlannedCell, change: Change): PlannedCell {
  const config = structuredClone(imageConfig(cell));
  change(config);
  return { ...cell, config };
}

const define = async (cell: PlannedCell, name = 'none'): Promise<Definition> => {
  fault.name = name;
  const definition = await defineCell(cell, plainContext);
  return definition!;
};
const changes = (before: Definition, after: Definition) => definitionChanges(before, after, 'epoch');

const cells = tinyCells();
const spectral = cellNamed('low-rank-0.25.spectral.frobenius-decay', cells);
let right: Definition;
let tensors = 0;
beforeAll(async () => {
  right = await define(spectral);
  tensors = tf.memory().numTensors;
});

describe('the same computation', () => {
  test('is defined alike twice, and what was made is freed', async () => {
    const again = await define(spectral);
    expect(again).toEqual(right);
    expect(firstStepDifference(right, again)).toBeNull();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('is defined alike by the kernels that a processor or a GPU has', async () => {
    expect(changes(right, await define(spectral, 'standard kernels'))).toEqual([]);
    const [cell] = translationCells();
    expect(changes(await define(cell!), await define(cell!, 'standard kernels'))).toEqual([]);
  });

  test('has no two seeds alike', async () => {
    const other = await define({ ...spectral, config: { ...spectral.config, seed: 7 } });
    const found = changes(right, other);
    expect(found.filter((text) => /^(train|evaluation):/.test(text))).toEqual([]);
    expect(found).toContain('other order from epoch 1 on');
    expect(found.some((text) => text.startsWith('initial values differ: '))).toBe(true);
  });
});

describe('another configuration', () => {
  test.each([0.8, 0.8991])('momentum %s instead of 0.9', async (momentum) => {
    const other = changed(spectral, ({ training }) => void Object.assign(training, { momentum }));
    expect(changes(right, await define(other))).toEqual([
      expect.stringMatching(`^train: a constant 0.9 is now ${momentum}, in \\d+ places$`),
    ]);
  });

  test('no flip', async () => {
    const other = changed(spectral, ({ dataset }) => void Object.assign(dataset, { flip: false }));
    expect(changes(right, await define(other))).toEqual([
      'other views from epoch 1 on',
      'images of step 1 differ, labels do not',
    ]);
  });

  test('a lost last step of the learning rate', async () => {
    const other = changed(spectral, ({ training }) => void Object.assign(training, { decayAt: [0.5] }));
    expect(changes(right, await define(other))).toEqual([
      // 100 images in batches of 32 for 3 epochs are 12 steps; three quarters of them are 9.
      expect.stringMatching(/^learning rate from step 10 on: 0\.01\d* instead of 0\.001\d*$/),
    ]);
  });
});

describe('a fault', () => {
  test.each([
    ['a linear ramp of pruning', gradualMagnitude],
    ['half of the rewiring', set],
    ['half of the rewiring', rigl],
  ])('%s', async (name, method) => {
    const [cell] = joinedCells({ method, file: null }) as [PlannedCell];
    expect(changes(await define(cell), await define(cell, name))).toEqual([
      expect.stringMatching(/^other changes of masks from epoch \d+ on$/),
    ]);
  });

  test.each([
    ['half Frobenius decay', '0.0001 is now 0.00005'],
    ['98 % of Frobenius decay', '0.0001 is now 0.000098'],
  ])('%s', async (name, what) => {
    const [first, ...others] = changes(right, await define(spectral, name));
    expect(first).toMatch(new RegExp(`^train: a constant ${what}, in \\d+ places$`));
    expect(others).toEqual([]);
  });

  test('no decay of normalizations', async () => {
    const [first, ...others] = changes(right, await define(spectral, 'no decay of normalizations'));
    // Scale and offset of each of the seven normalizations.
    expect(first).toMatch(/^train: 14 fewer Add, 14 fewer Mul, 14 fewer constants 0\.0001/);
    expect(others).toEqual([]);
  });

  test('a label off by one in one batch', async () => {
    expect(changes(right, await define(spectral, 'a label off by one'))).toEqual(['other labels from epoch 2 on']);
  });

  test('no division by the deviation', async () => {
    expect(changes(right, await define(spectral, 'no division by the deviation'))).toEqual([
      'images of step 1 differ, labels do not',
      'what is evaluated on differs: test images, validation images',
    ]);
  });

  test('no root in spectral factors', async () => {
    const [first, ...others] = changes(right, await define(spectral, 'no root in spectral factors'));
    expect(first).toMatch(/^initial values differ: \S+\.conv\.u has norm [\d.]+ instead of [\d.]+, /);
    expect(others).toEqual([]);
  });

  test('a kernel that computes something else is in no graph, but in the first step', async () => {
    const wrong = await define(spectral, 'a wrong kernel');
    expect(changes(right, wrong)).toEqual([]);
    expect(firstStepDifference(right, wrong)).toMatchObject({ step: 1, what: 'loss' });
  });
});
