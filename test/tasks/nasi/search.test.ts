import { describe, expect, it } from 'vitest';
import { streamsOf } from '../../../harness/random.ts';
import { passes } from '../../../harness/record.ts';
import { searchCheck } from '../../../harness/tasks/nasi/checks.ts';
import { graphOf, supernetOf } from '../../../harness/tasks/nasi/graph.ts';
import { chosenOf, limitOf, mixingOf, objectiveGradient, oneStep } from '../../../harness/tasks/nasi/search.ts';
import { expectClose } from '../../helpers/engine.ts';
import { values } from '../../helpers/reference.ts';
import { batchOf, searches, thetaOf } from './small-networks.ts';

describe.each(searches)('a search of $space.name', (given) => {
  const graph = supernetOf(given.space, given.width, given.sizes);
  const theta = thetaOf(graph, given);
  const settings = { temperature: given.temperature, mu: given.mu, limit: given.nu };
  const samples = given.samples.map((sample) =>
    objectiveGradient(graph, theta, batchOf(sample), sample.gumbel, settings),
  );

  it('has the norms and the objective’s gradients of NumPy, on both sides of ν', () => {
    samples.forEach(({ norm, gradient }, t) => {
      expect(norm / given.norms[t]!).toBeCloseTo(1, 12);
      // NumPy’s are central differences of the score.
      expectClose(values([gradient.length], gradient), values([gradient.length], given.gradients[t]!), 1e-5);
    });
    expect(new Set(given.norms.map((norm) => norm > given.nu)).size).toBe(2);
  });

  it('takes the one step of NumPy', () => {
    const alpha = oneStep(samples.map(({ gradient }) => gradient));
    expectClose(values([alpha.length], alpha), values([alpha.length], given.alpha), 1e-5);
  });

  it('passes the check that its record has', () => {
    const [first] = given.samples;
    const draw = { batch: batchOf(first!), gumbel: Float64Array.from(first!.gumbel) };
    expect(passes(searchCheck(graph, theta, draw, settings, streamsOf('test', 0)))).toBe(true);
  });
});

it('an operation’s weight is the softmax of its draw at its place, over the temperature', () => {
  const graph = supernetOf({ name: 'mlp', layers: 2 }, 2, { side: 1, channels: 2, outputs: 2 });
  const weights = mixingOf(graph, [0, 0, 0, 0, Math.log(3), 0, 0, 0], 1);
  const expected = [0.25, 0.25, 0.25, 0.25, 0.5, 1 / 6, 1 / 6, 1 / 6];
  expect(Array.from(weights, (value) => value.toFixed(12))).toEqual(expected.map((value) => value.toFixed(12)));
  const cold = mixingOf(graph, [1, 0, 0, 0, 0, 0, 0, 0], 0.01);
  expect(cold[0]).toBeCloseTo(1, 12);
});

describe('the one step', () => {
  it('divides each gradient by the largest norm so far', () => {
    const step = oneStep([Float64Array.of(3, 4), Float64Array.of(0, 1), Float64Array.of(6, 8)]);
    expect(Array.from(step)).toEqual([(0.6 + 0 + 0.6) / 3, (0.8 + 0.2 + 0.8) / 3].map((x) => expect.closeTo(x, 12)));
  });

  it('does not divide by zero', () => {
    expect(Array.from(oneStep([Float64Array.of(0, 0), Float64Array.of(1, 0)]))).toEqual([0.5, 0]);
  });
});

it('ν is fixed, or the mean of the norms before', () => {
  expect(limitOf('nasi-fix', { nu: 7 }, [1, 2])).toBe(7);
  expect(limitOf('nasi-ada', { nu: 7 }, [])).toBe(7);
  expect(limitOf('nasi-ada', { nu: 7 }, [1, 2, 6])).toBe(3);
});

it('the largest α of each place is chosen, of those that may be', () => {
  const alpha = Float64Array.of(5, 1, 2, -3, -2, -2);
  expect(chosenOf(alpha, 3, () => true)).toEqual([0, 1]);
  expect(chosenOf(alpha, 3, (alternative) => alternative !== 0)).toEqual([2, 1]);
});

it('a network of one architecture cannot be searched', () => {
  const graph = graphOf({ name: 'mlp', layers: 1 }, 'r', 2, { side: 1, channels: 2, outputs: 2 });
  expect(() => mixingOf(graph, [0], 1)).toThrow('without choices');
});
