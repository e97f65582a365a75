import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { replaying } from '../../harness/engine/replay.ts';
import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../../harness/engine/variable.ts';
import { UsageError } from '../../harness/errors.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { streamsOf } from '../../harness/random.ts';
import type { RegularizerName } from '../../harness/spec/words.ts';
import { imageTrainingStep } from '../../harness/train/image-steps.ts';
import { tensorOf } from '../helpers/engine.ts';
import { values } from '../helpers/reference.ts';
import { tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

type Feeds = { x: Tensor };

/** w <- w - x, giving sum(w·x) of the old w. */
function toy(w: Variable) {
  return ({ x }: Feeds) =>
    tf.tidy(() => {
      const product = tf.sum(tf.mul(w.value, x));
      w.assign(tf.sub(w.value, x));
      return { product } as never;
    }) as { product: Tensor };
}

/** Made before any recording; tfjs uploads it when it is first used. */
const elsewhere = tf.keep(tf.add(tf.tensor1d([1, 2]), 0));

const untouched = tf.keep(tf.tensor1d([1, 2]));
const unlisted = variableOf('unlisted', 'weight', Float32Array.of(1, 2), [2]);
function assignsUnlisted({ x }: Feeds): Tensor {
  unlisted.assign(tf.square(x));
  return x;
}
const replayed = replaying(({ x }: Feeds) => ({ y: tf.neg(x) }), []);
tf.tidy(() => void replayed.run({ x: tf.tensor1d([1, 2]) }));

const read = (tensor: Tensor) => [...tensor.dataSync()];

describe('replaying', () => {
  test('computes from the feeds and variables of each call, and assigns the variables', () => {
    const w = variableOf('w', 'weight', Float32Array.of(10, 20), [2]);
    const { run, dispose } = replaying(toy(w), [w]);
    const products = [
      [1, 2],
      [3, 4],
      [5, 6],
    ].map((x) => read(run({ x: tf.tensor1d(x) }).product)[0]);
    // By hand: 10·1 + 20·2; then w = (9, 18): 9·3 + 18·4; then w = (6, 14): 6·5 + 14·6.
    expect(products).toEqual([50, 99, 114]);
    expect(read(w.value)).toEqual([1, 8]);
    dispose();
  });

  test('follows a variable that was assigned in between', () => {
    const w = variableOf('w', 'weight', Float32Array.of(1, 1), [2]);
    const { run, dispose } = replaying(toy(w), [w]);
    run({ x: tf.tensor1d([0, 0]) });
    run({ x: tf.tensor1d([0, 0]) });
    w.assign(tf.tensor1d([100, 200]));
    expect(read(run({ x: tf.tensor1d([1, 1]) }).product)).toEqual([300]);
    dispose();
  });

  test('records once for each shape', () => {
    const w = variableOf('w', 'weight', Float32Array.of(2), [1]);
    let recordings = 0;
    const { run, dispose } = replaying(
      ({ x }: Feeds) => {
        recordings++;
        return { y: tf.mul(x, w.value) };
      },
      [w],
    );
    for (const x of [[1], [1, 2], [3], [4, 5], [6]])
      expect(read(run({ x: tf.tensor1d(x) }).y)).toEqual(x.map((v) => 2 * v));
    expect(recordings).toBe(2);
    dispose();
  });

  test('runs what was told of it, recorded once, until it is run', () => {
    const w = variableOf('w', 'weight', Float32Array.of(10, 20), [2]);
    let recordings = 0;
    const { run, recorded, dispose } = replaying(
      (feeds: Feeds) => {
        recordings++;
        return toy(w)(feeds);
      },
      [w],
    );
    const told = recorded({ x: tf.tensor1d([1, 2]) });
    expect(recorded({ x: tf.tensor1d([3, 4]) })).toBe(told);
    expect(read(w.value)).toEqual([10, 20]);
    expect(read(run({ x: tf.tensor1d([1, 2]) }).product)).toEqual([50]);
    expect(recordings).toBe(1);
    expect(recorded({ x: tf.tensor1d([1, 2]) }).nodes).toEqual(told.nodes);
    expect(read(w.value)).toEqual([9, 18]);
    dispose();
    expect(() => recorded({ x: tf.tensor1d([1, 2]) })).toThrow(/is disposed; make another one/);
  });

  test('leaves no tensor and no file', () => {
    const w = variableOf('w', 'weight', Float32Array.of(10, 20), [2]);
    const folder = mkdtempSync(join(tmpdir(), 'replay-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    vi.stubEnv('TMPDIR', folder);
    const before = tf.memory().numTensors;
    const { run, dispose } = replaying(toy(w), [w]);
    for (let i = 0; i < 4; i++) tf.tidy(() => void run({ x: tf.tensor1d([1, 2]) }));
    expect(tf.memory().numTensors).toBe(before);
    expect(readdirSync(folder)).toEqual([]);
    dispose();
  });

  test('names the folder for temporary files where it cannot be used', () => {
    vi.stubEnv('TMPDIR', '/no-such-folder');
    const { run } = replaying(({ x }: Feeds) => ({ y: tf.neg(x) }), []);
    expect(() => run({ x: tf.tensor1d([1]) })).toThrow(UsageError);
    expect(() => run({ x: tf.tensor1d([1]) })).toThrow(
      /^temporary files: \/no-such-folder cannot be used \(ENOENT\): .*, or set TMPDIR to another folder\.$/,
    );
  });

  test('gives back a feed, a constant and an unchanged variable, and assigns a feed and a constant', () => {
    const [v, w, u] = ['v', 'w', 'u'].map((name) => variableOf(name, 'weight', Float32Array.of(7), [1])) as [
      Variable,
      Variable,
      Variable,
    ];
    const { run } = replaying(
      ({ x }: Feeds) => {
        v.assign(tf.clone(x));
        w.assign(tf.tensor1d([5]));
        return { x, u: u.value, one: tf.scalar(1) };
      },
      [v, w, u],
    );
    for (const value of [2, 3]) {
      const result = run({ x: tf.tensor1d([value]) });
      expect([read(result.x), read(result.u), read(result.one)]).toEqual([[value], [7], [1]]);
      expect([read(v.value), read(w.value)]).toEqual([[value], [5]]);
    }
  });

  test.each<[string, (feeds: Feeds) => Tensor, RegExp]>([
    ['reads values', ({ x }) => tf.mul(x, x.dataSync()[0]!), /reads values/],
    ['reads values that no operation has used', ({ x }) => tf.mul(x, untouched.dataSync()[0]!), /reads values/],
    ['reads a tensor from elsewhere', ({ x }) => tf.add(x, elsewhere), /neither a feed nor a variable/],
    ['reads a tensor that nothing has read before', ({ x }) => tf.add(x, untouched), /neither a feed nor a variable/],
    ['reads a variable that it does not list', ({ x }) => tf.add(x, unlisted.value), /neither a feed nor a variable/],
    [
      'assigns a variable that it does not list',
      assignsUnlisted,
      /Variable unlisted: assigned by a step that does not/,
    ],
    ['draws random numbers', ({ x }) => tf.dropout(x, 0.5), /random numbers, which every replay would repeat/],
    [
      'draws random numbers of a seed',
      ({ x }) => tf.add(x, tf.cast(tf.multinomial(tf.tensor1d([1, 2]) as never, 2, 7), 'float32')),
      /random numbers, which every replay would repeat/,
    ],
    [
      'draws from a stream',
      ({ x }) => tf.mul(x, streamsOf('replay', 0)('draw')()),
      /random numbers, which every replay/,
    ],
    ['gives texts', () => tf.tensor(['a']) as Tensor, /a constant of texts/],
    ['replays another step', (feeds) => replayed.run(feeds).y, /replays another one/],
  ])('refuses a step that %s', (_what, step, message) => {
    expect(() => replaying((feeds: Feeds) => ({ y: step(feeds) }), []).run({ x: tf.tensor1d([1, 2]) })).toThrow(
      message,
    );
    // The backend and the streams are themselves again.
    expect(streamsOf('replay', 0)('draw')()).toBeGreaterThan(0);
    expect(read(tf.add(tf.tensor1d([1]), 1))).toEqual([2]);
  });

  test('refuses a step without result or assignment, and a feed that is undefined', () => {
    expect(() => replaying(() => ({}), []).run({})).toThrow(/no result and assigns no variable/);
    const { run } = replaying(({ x }: Feeds) => ({ y: x }), []);
    expect(() => run({ x: undefined as never })).toThrow(/feed 'x' is undefined/);
    for (const wrong of [0.1, null, [1]]) expect(() => run({ x: wrong as never })).toThrow(/feed 'x' is no tensor/);
    const gone = tf.tensor1d([1]);
    gone.dispose();
    expect(() => run({ x: gone })).toThrow(/feed 'x' is disposed/);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /returns no object/],
    ['a tensor', tf.keep(tf.scalar(1)), /returns no object/],
    ['a number', { y: 1 }, /result 'y' is no tensor/],
    ['a promise', Promise.resolve({}), /is asynchronous/],
  ])('refuses a step that returns %s', (_what, result, message) => {
    expect(() => replaying(() => result as never, []).run({})).toThrow(message);
  });

  test('refuses to run once it is disposed', () => {
    const { run, dispose } = replaying(({ x }: Feeds) => ({ y: tf.neg(x) }), []);
    expect(read(run({ x: tf.tensor1d([1]) }).y)).toEqual([-1]);
    dispose();
    expect(() => run({ x: tf.tensor1d([1]) })).toThrow(/is disposed; make another one/);
  });

  test('gives the new value of a variable that it assigns, once as a result and once in the variable', () => {
    const w = variableOf('w', 'weight', Float32Array.of(1), [1]);
    const { run, dispose } = replaying(
      ({ x }: Feeds) => {
        w.assign(tf.add(w.value, x));
        return { sum: w.value };
      },
      [w],
    );
    for (const expected of [3, 5]) {
      const { sum } = run({ x: tf.tensor1d([2]) });
      expect(read(sum)).toEqual([expected]);
      sum.dispose();
      expect(read(w.value)).toEqual([expected]);
    }
    dispose();
  });

  test('refuses a variable twice', () => {
    const w = variableOf('w', 'weight', Float32Array.of(10, 20), [2]);
    expect(() => replaying(toy(w), [w, w]).run({ x: tf.tensor1d([1, 2]) })).toThrow(/share one tensor/);
  });
});

describe('a replayed training step gives the bits of the eager one', () => {
  test.each<['dense' | 'low-rank', RegularizerName, number, number]>([
    ['dense', 'none', 1, 0],
    ['dense', 'weight-decay', 1, 0.1],
    ['low-rank', 'weight-decay', 0.25, 0],
    ['low-rank', 'frobenius-decay', 0.25, 0.1],
    ['low-rank', 'frobenius-decay', 1.5, 0],
  ])('%s, %s, rank scale %d, label smoothing %d', (method, regularizer, scale, labelSmoothing) => {
    const training = { ...tinyTraining, labelSmoothing };
    const make = () => {
      const model = tinyModel({ method, scale, seed: 5 });
      return { model, step: imageTrainingStep(model, training, regularizer) };
    };
    const [eager, replayed] = [make(), make()];
    for (const [index, size] of [8, 8, 5, 8, 5].entries()) {
      const feeds = {
        images: tensorOf(
          values(
            [size, 8, 8, 3],
            Array.from({ length: size * 192 }, (_, i) => Math.sin(i + index)),
          ),
        ),
        labels: tf.tensor1d(
          Int32Array.from({ length: size }, (_, i) => i % 3),
          'int32',
        ),
        learningRate: tf.scalar(0.1 / (index + 1)),
      };
      const [a, b] = [eager.step.runEagerly(feeds), replayed.step.run(feeds)];
      expect(read(b.loss)).toEqual(read(a.loss));
      expect(read(b.correct)).toEqual(read(a.correct));
    }
    expect(weightsDigest(replayed.step.variables)).toBe(weightsDigest(eager.step.variables));
    replayed.step.dispose();
  });
});
