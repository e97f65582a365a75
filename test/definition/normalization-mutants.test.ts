import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { runCell } from '../../harness/cell.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { passes } from '../../harness/record.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { type RanCell, runKeeping, tinyNormalizationCells } from '../helpers/normalization-cells.ts';

/** The real product, with faults put into the scaling of products: definitions and checks of exactness see each. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tasks/normalization/products.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/normalization/products.ts')>();
  return {
    ...real,
    normOfProduct(product: Parameters<typeof real.normOfProduct>[0]) {
      if (fault.name !== 'norms of the factors') return real.normOfProduct(product);
      const [u, v] = [product.u, product.v].map(({ value }) => tf.tidy(() => tf.norm(value).dataSync()[0]!));
      return u! * v!;
    },
    scaleProduct(product: Parameters<typeof real.scaleProduct>[0], target: number) {
      if (fault.name === 'no root') {
        const factor = target / real.normOfProduct(product);
        for (const one of [product.u, product.v]) one.assign(tf.mul(one.value, factor));
      } else if (fault.name === 'one factor alone') {
        product.u.assign(tf.mul(product.u.value, target / real.normOfProduct(product)));
      } else {
        real.scaleProduct(product, fault.name === 'a thousandth more' ? 1.001 * target : target);
      }
    },
  };
});

vi.mock('../../harness/tasks/normalization/norm-trace.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/normalization/norm-trace.ts')>();
  return {
    ...real,
    savedNorms(...given: Parameters<typeof real.savedNorms>) {
      const trace = real.savedNorms(...given);
      if (fault.name !== 'the norms of the step before') return trace;
      let asked = 0;
      // The check at the end reads each step once more.
      return { ...trace, at: (step: number) => trace.at(asked++ < trace.steps ? Math.max(1, step - 1) : step) };
    },
  };
});

vi.mock('../../harness/spec/normalization.ts', async (original) => {
  const real = await original<typeof import('../../harness/spec/normalization.ts')>();
  return {
    ...real,
    imageConfigOf(config: Parameters<typeof real.imageConfigOf>[0]) {
      const trained = real.imageConfigOf(config);
      return fault.name === 'Frobenius decay beside the norms' && config.regularizer === 'frobenius-norms'
        ? { ...trained, regularizer: 'frobenius-decay' }
        : trained;
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const cells = tinyNormalizationCells();
const frob = cellNamed('.spectral.frobenius-decay.', cells);
const norm = cellNamed('.spectral.frobenius-norms.', cells);
let ran: RanCell;
let right: { frob: Definition; norm: Definition };
beforeAll(async () => {
  ran = await runKeeping(frob, { resultOnly: true });
  right = { frob: await define(frob), norm: await define(norm) };
});

async function define(cell: PlannedCell, name = 'none'): Promise<Definition> {
  fault.name = name;
  return (await defineCell(cell, { ...plainContext, needed: async () => ran.needed }))!;
}
const changes = (before: Definition, after: Definition) => definitionChanges(before, after, 'epoch');

test('is defined alike twice', async () => {
  const tensors = tf.memory().numTensors;
  const again = await define(norm);
  expect(again).toEqual(right.norm);
  expect(await define(frob)).toEqual(right.frob);
  expect(tf.memory().numTensors).toBe(tensors);
});

test.each(['no root', 'one factor alone', 'a thousandth more', 'norms of the factors'])(
  'a wrong scaling shows in a definition that takes no training: %s',
  async (name) => {
    expect(changes(right.frob, await define(frob, name))).toEqual([
      expect.stringMatching(/^scaled products: .* instead of /),
    ]);
  },
);

test('other norms than those of the step show in the first steps', async () => {
  const late = await define(norm, 'the norms of the step before');
  expect(changes(right.norm, late)).toEqual([]);
  // Both are of one machine, where all arithmetic repeats.
  const exact = ({ first_steps, ...rest }: Definition): Definition => {
    return { ...rest, first_steps: { ...first_steps, arithmetic: 'portable' } };
  };
  expect(firstStepDifference(exact(right.norm), exact(late))).toMatchObject({
    step: 2,
    what: expect.stringMatching(/^norm of product stage/),
  });
});

test('Frobenius decay beside the norms shows in the graph', async () => {
  const [first, ...others] = changes(right.norm, await define(norm, 'Frobenius decay beside the norms'));
  expect(first).toMatch(/^train: \d+ more /);
  expect(others).toEqual([]);
});

test.each(['no root', 'a thousandth more', 'the norms of the step before'])(
  'a training with norms that it was not to have fails its check of exactness: %s',
  async (name) => {
    fault.name = name;
    const { checks } = await runCell(norm, { ...plainContext, resultOnly: true, needed: async () => ran.needed });
    expect(checks.map(passes)).toEqual([true, false]);
  },
);

test('norms that are not those of the products fail the check of exactness', async () => {
  fault.name = 'norms of the factors';
  const { checks } = await runCell(frob, { ...plainContext, resultOnly: true });
  expect(checks.map(passes)).toEqual([false]);
});
