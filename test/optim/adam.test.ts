import { describe, expect, test } from 'vitest';
import { replaying } from '../../harness/engine/replay.ts';
import { type Scalar, tf } from '../../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../../harness/engine/variable.ts';
import type { AdamOptions } from '../../harness/optim/adam.ts';
import { optimizerOf } from '../../harness/optim/optimizer.ts';
import '../helpers/engine.ts';

type Options = AdamOptions & { clipNorm: number | null };
const plain: Options = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, clipNorm: null };
const adam = (variables: readonly Variable[], { clipNorm, ...options }: Options) =>
  optimizerOf({ name: 'adam', ...options }, variables, { clipNorm });
const weights = (): [Variable, Variable] => [
  variableOf('w', 'weight', Float32Array.of(1, 2), [2]),
  variableOf('x', 'factor', Float32Array.of(8), [1]),
];
const numbers = (variables: readonly Variable[]) => variables.flatMap(({ value }) => [...value.dataSync()]);
const steps = [
  { gradients: [[3, -0.5], [-4]], rate: 0.25 },
  { gradients: [[-1, 0.25], [2]], rate: 0.5 },
  { gradients: [[0, 1], [0.125]], rate: 0.125 },
];

/** The algorithm in float64, number by number. */
function expected({ beta1, beta2, epsilon, clipNorm }: Options): number[] {
  const w = [1, 2, 8];
  const [m, v] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  steps.forEach(({ gradients, rate }, index) => {
    const flat = gradients.flat();
    const share = clipNorm === null ? 1 : Math.min(1, clipNorm / (Math.hypot(...flat) + 1e-6));
    flat.forEach((gradient, i) => {
      const g = share * gradient;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const [mean, square] = [m[i]! / (1 - beta1 ** (index + 1)), v[i]! / (1 - beta2 ** (index + 1))];
      w[i] = w[i]! - (rate * mean) / (Math.sqrt(square) + epsilon);
    });
  });
  return w;
}

describe('adam', () => {
  test.each([
    ['plain', plain],
    ['with clipping', { ...plain, clipNorm: 1 }],
    ['with a large ε, which clipping then does not cancel out of', { ...plain, epsilon: 0.5, clipNorm: 1 }],
  ])('three steps follow the algorithm, recorded and not: %s', (_, options) => {
    const run = (recorded: boolean) => {
      const variables = weights();
      const optimizer = adam(variables, options);
      const all = [...variables, ...optimizer.slots];
      type Feeds = { w: ReturnType<typeof tf.tensor1d>; x: ReturnType<typeof tf.tensor1d>; rate: Scalar };
      const compute = ({ w, x, rate }: Feeds) => {
        tf.tidy(() => optimizer.update([w, x], rate));
        return {};
      };
      const replay = replaying(compute, all);
      for (const { gradients, rate } of steps) {
        const feeds = { w: tf.tensor1d(gradients[0]!), x: tf.tensor1d(gradients[1]!), rate: tf.scalar(rate) };
        (recorded ? replay.run : compute)(feeds);
      }
      replay.dispose();
      return numbers(all);
    };
    const eager = run(false);
    expected(options).forEach((value, index) => {
      expect(eager[index]).toBeCloseTo(value, 5);
    });
    expect(run(true)).toEqual(eager);
  });

  test('the first step moves every number by η against its gradient’s sign, whatever its size', () => {
    const [w, x] = weights();
    adam([w, x], plain).update([tf.tensor1d([1e-3, -1e3]), tf.tensor1d([7])], tf.scalar(0.5));
    [0.5, 2.5, 7.5].forEach((value, index) => {
      expect(numbers([w, x])[index]).toBeCloseTo(value, 4);
    });
  });

  test('slots are zero at the start, and steps in a tidy leave as many tensors as there were', () => {
    const variables = weights();
    const optimizer = adam(variables, { ...plain, clipNorm: 1 });
    expect(numbers(optimizer.slots)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const before = tf.memory().numTensors;
    tf.tidy(() => optimizer.update([tf.tensor1d([1, 2]), tf.tensor1d([3])], tf.scalar(0.1)));
    expect(tf.memory().numTensors).toBe(before);
    expect(optimizer.slots.at(-1)!.value.dataSync()[0]).toBe(1);
  });
});
