import { describe, expect, test } from 'vitest';
import { replaying } from '../../harness/engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../../harness/engine/variable.ts';
import { optimizerOf } from '../../harness/optim/optimizer.ts';
import { frobeniusGradients } from '../../harness/tensor/low-rank.ts';
import '../helpers/engine.ts';

const options = { name: 'lamb', beta1: 0.9, beta2: 0.99, epsilon: 1e-6 } as const;
const numbers = (variables: readonly Variable[]) => variables.flatMap(({ value }) => [...value.dataSync()]);

/** Two factors U and V, and a bias that begins at zero. */
const factors = (): [Variable, Variable, Variable] => [
  variableOf('u', 'factor', Float32Array.of(1, 2, -0.5, 0.25), [2, 2]),
  variableOf('v', 'factor', Float32Array.of(0.5, -1, 2, 0), [2, 2]),
  variableOf('b', 'weight', Float32Array.of(0, 0), [2]),
];
const steps = [
  {
    gradients: [
      [3, -0.5, 0.25, 1],
      [-1, 0.5, 0, 2],
      [0.1, -0.2],
    ],
    rate: 0.25,
  },
  {
    gradients: [
      [-1, 0.25, 0.5, 0],
      [0.5, 0.5, -1, 1],
      [0.3, 0.1],
    ],
    rate: 0.5,
  },
  {
    gradients: [
      [0, 1, -2, 0.5],
      [0.25, -1, 1, 0],
      [-0.2, 0.4],
    ],
    rate: 0.125,
  },
];
const lambda = 0.1;

/** λ·∂R, as the variables stand; null: nothing decays. */
type DecayOf = (variables: readonly Variable[]) => ReadonlyMap<Variable, Tensor>;
const plain: DecayOf = (variables) => new Map(variables.map((one) => [one, tf.mul(one.value, lambda)]));
const frobenius: DecayOf = ([u, v, b]) => {
  const gradients = frobeniusGradients(u!.value, v!.value);
  return new Map([
    [u!, tf.mul(gradients.u, lambda)],
    [v!, tf.mul(gradients.v, lambda)],
    [b!, tf.mul(b!.value, lambda)],
  ]);
};

/** The weights after three steps, computed by an implementation of its own in NumPy (float64). */
const computed: [string, DecayOf, number[]][] = [
  [
    'without decay',
    () => new Map(),
    [
      0.192110651334, 2.374786113523, -1.584391189207, -0.998957480313, 1.086065438945, -2.094647692967, 2.574107913018,
      -1.545019252415, -0.451422724745, 0.243295879888,
    ],
  ],
  [
    'with weight decay in its direction',
    plain,
    [
      0.092378792266, 2.066214780722, -1.504799802848, -0.946649728686, 0.971804980635, -1.925552207164, 2.254236143109,
      -1.529966510281, -0.446696469074, 0.237492457307,
    ],
  ],
  [
    'with Frobenius decay in its direction, as FLAMBé is read',
    frobenius,
    [
      0.422739440835, 2.031747613213, -1.291974648589, -1.138627758045, 1.23324527249, -1.317454833925, 2.357812076122,
      -1.522299661759, -0.446696469074, 0.237492457307,
    ],
  ],
];

describe('LAMB', () => {
  test('takes a step by hand: r is the gradient’s sign at first, of norm √2 beside ‖w‖ = 5', () => {
    const w = variableOf('w', 'weight', Float32Array.of(3, 4), [2]);
    const optimizer = optimizerOf({ ...options, epsilon: 1e-12 }, [w]);
    optimizer.update([tf.tensor1d([0.5, -2])], tf.scalar(0.1));
    const moved = (0.1 * 5) / Math.SQRT2;
    numbers([w]).forEach((value, index) => {
      expect(value).toBeCloseTo([3 - moved, 4 + moved][index]!, 5);
    });
  });

  test('takes decay into the direction before its norm: r + d = (1.75, 0) moves w by 0.1·5/1.75·1.75', () => {
    const w = variableOf('w', 'weight', Float32Array.of(3, 4), [2]);
    const optimizer = optimizerOf({ ...options, epsilon: 1e-12 }, [w]);
    optimizer.update([tf.tensor1d([0.5, -2])], tf.scalar(0.1), new Map([[w, tf.mul(w.value, 0.25)]]));
    numbers([w]).forEach((value, index) => {
      expect(value).toBeCloseTo([2.5, 4][index]!, 5);
    });
  });

  test.each(computed)('follows an independent implementation %s, recorded and not', (_, decayOf, expected) => {
    const run = (recorded: boolean) => {
      const variables = factors();
      const optimizer = optimizerOf(options, variables);
      type Feeds = { u: Tensor; v: Tensor; b: Tensor; rate: Scalar };
      const compute = ({ u, v, b, rate }: Feeds) => {
        tf.tidy(() => optimizer.update([u, v, b], rate, decayOf(variables)));
        return {};
      };
      const replay = replaying(compute, [...variables, ...optimizer.slots]);
      for (const { gradients, rate } of steps) {
        const [u, v, b] = gradients as [number[], number[], number[]];
        const square = (entries: number[]) => tf.tensor2d(entries, [2, 2]);
        const feeds = { u: square(u), v: square(v), b: tf.tensor1d(b), rate: tf.scalar(rate) };
        (recorded ? replay.run : compute)(feeds);
      }
      replay.dispose();
      return numbers(variables);
    };
    const eager = run(false);
    expected.forEach((value, index) => {
      expect(eager[index]).toBeCloseTo(value, 5);
    });
    expect(run(true)).toEqual(eager);
  });

  test('a variable of zeros moves by its direction alone', () => {
    const b = variableOf('b', 'weight', Float32Array.of(0, 0), [2]);
    optimizerOf({ ...options, epsilon: 1e-12 }, [b]).update([tf.tensor1d([5, -7])], tf.scalar(0.5));
    numbers([b]).forEach((value, index) => {
      expect(value).toBeCloseTo([-0.5, 0.5][index]!, 5);
    });
  });

  test('a step in a tidy leaves as many tensors as there were', () => {
    const variables = factors();
    const optimizer = optimizerOf(options, variables);
    const before = tf.memory().numTensors;
    tf.tidy(() =>
      optimizer.update(
        variables.map(({ value }) => tf.onesLike(value)),
        tf.scalar(0.1),
        plain(variables),
      ),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

test.each(['sgd', 'nesterov', 'adam'] as const)('%s has no place for decay in its direction, and says so', (name) => {
  const [u] = factors();
  const optimizer = optimizerOf({ ...options, name, momentum: 0.9 }, [u]);
  expect(() => optimizer.update([u.value], tf.scalar(0.1), new Map([[u, u.value]]))).toThrow(
    `optimizer ${name}: has no place for decay in its direction`,
  );
});
