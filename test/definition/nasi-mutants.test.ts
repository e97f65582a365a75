import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { definitionChanges } from '../../baselines/definition-changes.ts';
import { firstStepDifference } from '../../baselines/first-step-differences.ts';
import { defineCell } from '../../harness/define-cell.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { planCells } from '../../harness/plan/plan.ts';
import type { Definition } from '../../harness/spec/definition.ts';
import type { LabelledBatch } from '../../harness/tasks/nasi/scores.ts';
import { cellNamed, plainContext } from '../end-to-end/tiny-cells.ts';
import { tinyNasiSuite } from '../helpers/nasi-cells.ts';

/** Faults put into search at initialization, which must show in a cell's definition, and healthy changes, which must not. */

const fault = vi.hoisted(() => ({ name: 'none' }));

vi.mock('../../harness/tasks/nasi/scores.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/nasi/scores.ts')>();
  return {
    ...real,
    gradientEstimates(...[graph, theta, batch]: Parameters<typeof real.gradientEstimates>) {
      if (fault.name === 'examples in another order') return real.gradientEstimates(graph, theta, reversed(batch));
      const found = real.gradientEstimates(graph, theta, batch);
      return fault.name === 'a sum in place of the mean'
        ? { ...found, minibatch: found.minibatch * batch.count ** 2 }
        : found;
    },
    exactTrace(...[graph, theta, batch]: Parameters<typeof real.exactTrace>) {
      if (fault.name === 'the trace of one example') return real.exactTrace(graph, theta, partOf(batch, 0, 1));
      if (fault.name !== 'the trace by halves') return real.exactTrace(graph, theta, batch);
      const half = batch.count / 2;
      const halves = [partOf(batch, 0, half), partOf(batch, half, batch.count)];
      return halves.reduce((sum, part) => sum + real.exactTrace(graph, theta, part), 0) / 2;
    },
  };
});

/** Some of the examples. */
function partOf({ count, x }: Pick<LabelledBatch, 'count' | 'x'>, from: number, to: number) {
  const size = x.length / count;
  return { count: to - from, x: x.subarray(from * size, to * size) };
}

/** The same examples, the last one first. */
function reversed({ count, x, labels }: LabelledBatch): LabelledBatch {
  const size = x.length / count;
  const order = Array.from({ length: count }, (_, n) => count - 1 - n);
  const out = new Float32Array(x.length);
  order.forEach((from, to) => void out.set(x.subarray(from * size, (from + 1) * size), to * size));
  return { count, x: out, labels: order.map((from) => labels[from]!) };
}

vi.mock('../../harness/tasks/nasi/search.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/nasi/search.ts')>();
  return {
    ...real,
    objectiveGradient(...[graph, theta, batch, gumbel, settings]: Parameters<typeof real.objectiveGradient>) {
      const own = fault.name === 'no penalty' ? { ...settings, mu: 0 } : settings;
      return real.objectiveGradient(graph, theta, batch, gumbel, own);
    },
    oneStep(gradients: readonly Float64Array[]) {
      // Scaling all gradients scales their largest norms too.
      if (fault.name === 'gradients in another unit') return real.oneStep(gradients.map((g) => g.map((x) => 8 * x)));
      return real.oneStep(gradients);
    },
  };
});

vi.mock('../../harness/tasks/nasi/graph.ts', async (original) => {
  const real = await original<typeof import('../../harness/tasks/nasi/graph.ts')>();
  return {
    ...real,
    scaleOf(weight: Parameters<typeof real.scaleOf>[0]) {
      const { shape } = weight;
      return fault.name === 'no division by fan-in' ? real.scaleOf(weight) * Math.sqrt(shape[2]) : real.scaleOf(weight);
    },
  };
});

vi.mock('../../harness/random.ts', async (original) => {
  const real = await original<typeof import('../../harness/random.ts')>();
  return {
    ...real,
    streamsOf(...given: Parameters<typeof real.streamsOf>) {
      const streams = real.streamsOf(...given);
      if (fault.name !== 'random labels of another stream') return streams;
      return (purpose: string) => streams(purpose.endsWith('random labels') ? `${purpose}, others` : purpose);
    },
  };
});

afterEach(() => {
  fault.name = 'none';
});

const cells = planCells(tinyNasiSuite(), 'smoke', { present: [] });
const named = {
  mlp: cellNamed('architecture.rst-4', cells),
  cell: cellNamed('architecture.3s1-4', cells),
  search: cellNamed('nasi-fix.true.mlp', cells),
  labels: cellNamed('nasi-fix.random-labels.conv-cell', cells),
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
const changesOf = async (of: Name, name: string) => definitionChanges(right[of], await define(of, name), 'epoch');

describe('a fault', () => {
  test('a sum in place of the mean of gradients: one estimator alone', async () => {
    const found = await changesOf('mlp', 'a sum in place of the mean');
    expect(found).toEqual(
      ['true', 'random-labels', 'random-data'].map((input) =>
        expect.stringMatching(new RegExp(`^trace by a minibatch, ${input}: `)),
      ),
    );
  });

  test('the trace of one example in place of all', async () => {
    const [first] = await changesOf('cell', 'the trace of one example');
    expect(first).toMatch(/^exact trace, true: /);
  });

  test('no penalty above ν', async () => {
    const found = await changesOf('search', 'no penalty');
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^α after its step: /)]));
    expect(found.filter((change) => change.startsWith('norms of samples'))).toEqual([]);
  });

  test('no division by fan-in: scores, and the network that is trained', async () => {
    const found = await changesOf('cell', 'no division by fan-in');
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^exact trace, true: /)]));
    expect(firstStepDifference(right.cell, await define('cell', 'no division by fan-in'))).not.toBeNull();
  });

  test('random labels of another stream: scores and searches by them, and no others', async () => {
    const found = await changesOf('mlp', 'random labels of another stream');
    expect(found.length).toBeGreaterThan(0);
    for (const change of found) expect(change).toMatch(/random-(labels|data): /);
    const [first] = await changesOf('labels', 'random labels of another stream');
    expect(first).toMatch(/^norms of samples: /);
    expect(await changesOf('search', 'random labels of another stream')).toEqual([]);
  });
});

describe('a healthy change', () => {
  test.each<[string, Name]>([
    ['examples in another order', 'mlp'],
    ['gradients in another unit', 'search'],
    ['the trace by halves', 'cell'],
  ])('%s, of %s', async (change, of) => {
    const before = tf.memory().numTensors;
    const again = await define(of, change);
    expect(definitionChanges(right[of], again, 'epoch')).toEqual([]);
    expect(firstStepDifference(right[of], again)).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
  });
});
