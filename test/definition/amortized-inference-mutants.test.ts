import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { runCell } from '../../harness/cell.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { passes } from '../../harness/record.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { tinyAmortizedCells } from '../helpers/amortized-cells.ts';

/** Faults put into amortized inference, which must show in a cell's definition or checks, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tasks/amortized-inference/likelihood.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/amortized-inference/likelihood.ts')>();
  return {
    ...real,
    elboOf(...given: Parameters<typeof real.elboOf>) {
      const [, , q] = given;
      if (fault.name === 'an ELBO in a tidy of its own') return tf.tidy(() => real.elboOf(...given));
      const elbo = real.elboOf(...given);
      return fault.name === 'half of the KL divergence' ? tf.add(elbo, tf.mul(real.klOfPrior(q), 0.5)) : elbo;
    },
    importanceBound(...[logWeights]: Parameters<typeof real.importanceBound>) {
      return fault.name === 'a sum of weights in place of their mean'
        ? tf.logSumExp(logWeights, 0)
        : real.importanceBound(logWeights);
    },
  };
});

vi.mock('../../harness/tasks/amortized-inference/objective.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/amortized-inference/objective.ts')>();
  return {
    ...real,
    sigmaOf(...given: Parameters<typeof real.sigmaOf>) {
      const sigma = real.sigmaOf(...given);
      return fault.name === 'half of the noise' && sigma !== null ? sigma / 2 : sigma;
    },
  };
});

vi.mock('../../harness/nn/perceptron.ts', async (original) => {
  const real = await original<typeof import('../../harness/nn/perceptron.ts')>();
  return {
    ...real,
    perceptronOf(...[shapes, build, bound]: Parameters<typeof real.perceptronOf>) {
      return real.perceptronOf(shapes, build, fault.name === 'weights that are not bounded' ? null : bound);
    },
  };
});

vi.mock('../../harness/tasks/denoising-encoder/posteriors.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/denoising-encoder/posteriors.ts')>();
  return {
    ...real,
    measureEncoder(...[posteriors, sigma, ...given]: Parameters<typeof real.measureEncoder>) {
      const own = fault.name === 'a kernel of another width' ? 2 * sigma : sigma;
      return real.measureEncoder(posteriors, own, ...given);
    },
  };
});

vi.mock('../../harness/data/binary/binary-examples.ts', async (original) => {
  const real = await original<typeof import('../../harness/data/binary/binary-examples.ts')>();
  return {
    ...real,
    async loadBinaryExamples(...given: Parameters<typeof real.loadBinaryExamples>) {
      const loaded = await real.loadBinaryExamples(...given);
      if (fault.name === 'test examples that validate') return { ...loaded, validation: loaded.test };
      return fault.name === 'examples that are copied' ? structuredClone(loaded) : loaded;
    },
  };
});

vi.mock('../../harness/random.ts', async (original) => {
  const real = await original<typeof import('../../harness/random.ts')>();
  return {
    ...real,
    streamsOf(family: string, replicate: number) {
      const other = fault.name === 'other draws for speeds' && family === 'measure';
      return real.streamsOf(family, replicate + (other ? 1 : 0));
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const cells = tinyAmortizedCells();
const named = {
  vae: cellNamed('dense.default.none.vae', cells),
  denoising: cellNamed('dense.default.none.denoising-0.6', cells),
  bounded: cellNamed('dense.default.none.weight-bound-0.5', cells),
  weighted: cellNamed('dense.default.none.importance-weighted-5', cells),
  factorized: cellNamed('low-rank-0.25.spectral.frobenius-decay.vae', cells),
  encoder: cellNamed('perceptron-1', cells),
};
type Name = keyof typeof named;

async function define(of: Name, name = 'none'): Promise<Definition> {
  fault.name = name;
  return (await defineCell(named[of], plainContext))!;
}

const right = {} as Record<Name, Definition>;
beforeAll(async () => {
  for (const name of Object.keys(named) as Name[]) right[name] = await define(name);
});

test('is defined alike twice, leaving nothing behind', async () => {
  const tensors = tf.memory().numTensors;
  expect(await define('denoising')).toEqual(right.denoising);
  expect(tf.memory().numTensors).toBe(tensors);
});

describe('a fault shows in the definition', () => {
  test.each<[string, Name, RegExp]>([
    ['half of the KL divergence', 'vae', /^train: .*more/],
    ['a sum of weights in place of their mean', 'weighted', /^train: /],
    ['half of the noise', 'denoising', /shifted|standard deviation/],
    ['weights that are not bounded', 'bounded', /^train: .*fewer/],
    ['a kernel of another width', 'encoder', /^least divergence of the test points: .* instead of /],
    ['test examples that validate', 'vae', /validation/],
  ])('%s', async (name, of, clause) => {
    const changes = definitionChanges(right[of], await define(of, name), 'step');
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.join('; ')).toMatch(clause);
  });
});

test('a sum of weights in place of their mean fails the checks of exactness', async () => {
  const failing = async (name: string) => {
    fault.name = name;
    const { checks } = await runCell(named.vae, { ...plainContext, resultOnly: true });
    return checks.filter((check) => !passes(check)).map((check) => check.name);
  };
  expect(await failing('none')).toEqual([]);
  expect(await failing('a sum of weights in place of their mean')).toEqual([
    'importance bound of the engine and of float64, relative difference',
  ]);
});

describe('a healthy change does not', () => {
  test.each<[string, Name]>([
    ['other draws for speeds', 'vae'],
    ['an ELBO in a tidy of its own', 'denoising'],
    ['examples that are copied', 'factorized'],
  ])('%s', async (name, of) => {
    const other = await define(of, name);
    expect(definitionChanges(right[of], other, 'step')).toEqual([]);
    expect(firstStepDifference(right[of], other)).toBeNull();
  });
});
