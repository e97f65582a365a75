import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import type { NdArray } from '../../harness/tensor/nd-array.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { tinyLazySuite } from '../helpers/lazy-training-cells.ts';

/** Faults put into lazy training, which must show in a cell's definition, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tasks/lazy-training/regime.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/lazy-training/regime.ts')>();
  return {
    ...real,
    regimeOf(...given: Parameters<typeof real.regimeOf>) {
      const regime = real.regimeOf(...given);
      if (fault.name !== 'half of the form') return regime;
      return {
        ...regime,
        form(theta: NdArray) {
          const { shape, data } = regime.form(theta);
          return { shape, data: data.map((value) => value / 2) };
        },
      };
    },
  };
});

vi.mock('../../harness/tasks/lazy-training/mixture.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/lazy-training/mixture.ts')>();
  return {
    ...real,
    drawMixture(...given: Parameters<typeof real.drawMixture>) {
      const target = real.drawMixture(...given);
      return fault.name === 'no coupling of the classes'
        ? { ...target, coupling: new Float64Array(target.coupling.length) }
        : target;
    },
  };
});

vi.mock('../../harness/tasks/lazy-training/draws.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/lazy-training/draws.ts')>();
  return {
    ...real,
    drawFeatures(...[width, dimension, streams]: Parameters<typeof real.drawFeatures>) {
      const drawn = fault.name === 'features of another stream' ? () => streams('other features') : streams;
      return real.drawFeatures(width, dimension, drawn);
    },
  };
});

vi.mock('../../harness/regularize/decay.ts', async (original) => {
  const real = await original<typeof import('../../harness/regularize/decay.ts')>();
  return {
    ...real,
    get noDecay() {
      return fault.name === 'weight decay'
        ? { ...real.noDecay, lambda: 0.01, plainEnters: 'gradient' as const }
        : real.noDecay;
    },
  };
});

vi.mock('../../harness/tensor/positive-solve.ts', async (original) => {
  const real = await original<typeof import('../../harness/tensor/positive-solve.ts')>();
  return {
    ...real,
    solvedWith(b: NdArray, factor: NdArray) {
      return fault.name === 'systems solved in another order' ? solvedByColumns(b, factor) : real.solvedWith(b, factor);
    },
  };
});

/** B·(LLᵀ)⁻¹, column by column of L instead of row by row. */
function solvedByColumns(b: NdArray, { data: lower }: NdArray): NdArray {
  const [m, n] = [b.shape[0]!, b.shape[1]!];
  const out = Float64Array.from(b.data);
  for (let row = 0; row < m; row++) {
    const x = out.subarray(row * n, (row + 1) * n);
    for (let j = 0; j < n; j++) {
      x[j]! /= lower[j * n + j]!;
      for (let i = j + 1; i < n; i++) x[i]! -= lower[i * n + j]! * x[j]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let j = n - 1; j > i; j--) sum -= lower[j * n + i]! * x[j]!;
      x[i] = sum / lower[i * n + i]!;
    }
  }
  return { shape: b.shape, data: out };
}

afterEach(() => {
  fault.name = 'none';
});

const cells = planCells(tinyLazySuite(), 'smoke', { present: [] });
const named = {
  closed: cellNamed('neural-tangent-0.5.closed-form.mixture', cells),
  features: cellNamed('random-features-0.5.closed-form.quadratic', cells),
  descent: cellNamed('neural-network-0.5.gradient-descent.quadratic', cells),
  adam: cellNamed('random-features-0.5.adam.quadratic', cells),
};
type Name = keyof typeof named;

async function define(of: Name, name = 'none', config: object = {}): Promise<Definition> {
  fault.name = name;
  const cell = named[of];
  return (await defineCell({ ...cell, config: { ...cell.config, ...config } }, plainContext))!;
}

const right = {} as Record<Name, Definition>;
beforeAll(async () => {
  for (const name of Object.keys(named) as Name[]) right[name] = await define(name);
});
const changesOf = async (of: Name, name: string, config?: object) =>
  definitionChanges(right[of], await define(of, name, config), 'step');

describe('a fault', () => {
  test('half of the form: a network that is not what the formula is of', async () => {
    expect(await changesOf('closed', 'half of the form')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^risk of the best network: /)]),
    );
    const [first] = await changesOf('descent', 'half of the form');
    expect(first).toMatch(/risk/);
  });

  test('no coupling of the classes: another least risk', async () => {
    const found = await changesOf('closed', 'no coupling of the classes');
    expect(found[0]).toMatch(/^least risk: /);
  });

  test('features of another stream', async () => {
    const found = await changesOf('features', 'features of another stream');
    expect(found[0]).toMatch(/^features: /);
    const [first] = await changesOf('adam', 'features of another stream');
    expect(first).toMatch(/^initial values differ: features has norm/);
  });

  test('weight decay, where none is', async () => {
    const [first] = await changesOf('adam', 'weight decay');
    expect(first).toMatch(/^adam: \d+ more /);
  });

  test('another momentum of descent, and another rate of Adam', async () => {
    const { fit } = named.descent.config as unknown as { fit: object };
    expect(await changesOf('descent', 'none', { fit: { ...fit, momentum: 0.5 } })).toEqual([
      expect.stringMatching(/^first risks: /),
    ]);
    const { fit: adam } = named.adam.config as unknown as { fit: object };
    const [first] = await changesOf('adam', 'none', { fit: { ...adam, falls: [] } });
    expect(first).toMatch(/^learning rate from step 51 on: 0.01 instead of 0.002/);
  });
});

describe('a healthy change', () => {
  test.each(Object.keys(named) as Name[])('systems solved in another order, of %s', async (of) => {
    const before = tf.memory().numTensors;
    const again = await define(of, 'systems solved in another order');
    expect(definitionChanges(right[of], again, 'step')).toEqual([]);
    expect(firstStepDifference(right[of], again)).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
  });
});
