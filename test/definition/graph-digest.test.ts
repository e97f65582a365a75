import { describe, expect, test } from 'vitest';
import { type GraphForm, graphForm, operationsText } from '../../harness/definition/graph-digest.ts';
import { recordStep } from '../../harness/engine/record-step.ts';
import { runOp, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { type Variable, variableOf } from '../../harness/engine/variable.ts';
import '../helpers/engine.ts';

type Feeds = { x: Tensor };

const w = variableOf('w', 'weight', Float32Array.of(1, 2), [2]);
const v = variableOf('v', 'weight', Float32Array.of(3, 4), [2]);

function formOf(compute: (x: Tensor) => Tensor, variables: Variable[] = [w, v], x = [1, 2]): GraphForm {
  const feeds = { x: tf.tensor1d(x) };
  const form = graphForm(recordStep(({ x: fed }: Feeds) => ({ y: tf.tidy(() => compute(fed)) }), feeds, variables));
  feeds.x.dispose();
  return form;
}

const scaled = (factor: number) => formOf((x) => tf.add(tf.mul(x, factor), w.value));

describe('the digest of a recorded step', () => {
  test('is the same whatever the values, and in whatever order independent operations were made', () => {
    const sum = formOf((x) => tf.add(tf.square(x), tf.exp(w.value)));
    expect(formOf((x) => tf.add(tf.square(x), tf.exp(w.value)), [w, v], [5, 6]).digest).toBe(sum.digest);
    const other = formOf((x) => {
      const second = tf.exp(w.value);
      return tf.add(tf.square(x), second);
    });
    expect(other.digest).toBe(sum.digest);
  });

  test('does not see the order of variables, nor what no result depends on', () => {
    const sum = formOf((x) => tf.add(x, w.value));
    expect(formOf((x) => tf.add(x, w.value), [v, w]).digest).toBe(sum.digest);
    const idle = formOf((x) => {
      tf.exp(x);
      return tf.add(x, w.value);
    });
    expect(idle.digest).toBe(sum.digest);
    expect(idle.operations).toEqual(sum.operations);
  });

  test.each([
    ['another constant', () => scaled(0.9), () => scaled(0.8991)],
    ['another operation', () => formOf((x) => tf.add(x, w.value)), () => formOf((x) => tf.sub(x, w.value))],
    ['another wiring', () => formOf((x) => tf.sub(x, w.value)), () => formOf((x) => tf.sub(w.value, x))],
    ['another variable', () => formOf((x) => tf.add(x, w.value)), () => formOf((x) => tf.add(x, v.value))],
    ['an attribute', () => formOf((x) => tf.sum(x, 0, false)), () => formOf((x) => tf.sum(x, 0, true))],
    ['a shape', () => formOf((x) => tf.exp(x)), () => formOf((x) => tf.exp(x), [w, v], [1, 2, 3])],
    ['where a new value goes', () => assigning(w), () => assigning(v)],
  ])('sees %s', (_, before, after) => {
    expect(after().digest).not.toBe(before().digest);
  });

  test('a kernel of oneDNN is the operation that it computes', () => {
    const named = (name: string) => {
      const kernel = name.startsWith('_Mkl') ? { _kernel: { string: 'MklNameChangeOp' } } : {};
      const attributes = { T: { type: 'float32' as const }, ...kernel };
      return { nodes: [{ name: 'n0', op: name, inputs: ['feed_0:0'], attributes: kindsOf(attributes) }] };
    };
    const step = (name: string) => ({
      nodes: [placeholder, ...named(name).nodes],
      shapes: new Map([
        ['feed_0:0', [2, 2]],
        ['n0:0', [2, 2]],
      ]),
      inputs: [{ node: 'feed_0', kind: 'feed' as const, name: 'x' }],
      resultNames: ['y'],
      changed: [],
      outputs: ['n0:0'],
    });
    const [own, plain, other] = ['_MklSoftmax', 'Softmax', 'Relu'].map((name) => graphForm(step(name)));
    expect(own).toEqual(plain);
    expect(other!.digest).not.toBe(plain!.digest);
  });
});

test('operations and constants are told with their counts, and products with their arithmetic', () => {
  const form = formOf((x) => {
    const row = tf.mul(tf.mul(x, 0.9), 0.9);
    const product = runOp('MatMul', [tf.reshape(row, [1, 2]), tf.reshape(w.value, [2, 1])], {
      T: { type: 'float32' },
      transpose_a: { bool: false },
      transpose_b: { bool: false },
    })[0]!;
    return tf.add(product, tf.tensor1d(new Array(9).fill(2)));
  });
  const text = operationsText(form.operations);
  expect(text).toContain('1 MatMul transpose_a=false transpose_b=false; 2 Mul');
  expect(text).toContain('2 const float32 [] 0.9');
  expect(text).toContain('1 const float32 [9] all 2');
  // [1, 2] times [2, 1]: two multiplications and their additions.
  expect([...form.flops]).toEqual([['MatMul', 4]]);
  expect(form.feeds).toBe('x float32 [2]');
});

function assigning(variable: Variable): GraphForm {
  const feeds = { x: tf.tensor1d([1, 2]) };
  const step = ({ x }: Feeds) => {
    variable.assign(tf.add(x, 1));
    return { y: tf.neg(x) };
  };
  const form = graphForm(recordStep(step, feeds, [w, v]));
  feeds.x.dispose();
  return form;
}

const placeholder = {
  name: 'feed_0',
  op: 'Placeholder',
  inputs: [],
  attributes: { dtype: { kind: 'type' as const, value: 1 }, shape: { kind: 'shape' as const, value: [2, 2] } },
};

function kindsOf(attributes: Record<string, { type: 'float32' } | { string: string }>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, given]) => [
      name,
      'type' in given ? { kind: 'type' as const, value: 1 } : { kind: 'string' as const, value: given.string },
    ]),
  );
}
