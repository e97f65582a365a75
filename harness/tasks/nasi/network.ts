import { matMul } from '../../engine/algebra/mat-mul.ts';
import { conv2d } from '../../engine/ops/conv2d.ts';
import { crossEntropy } from '../../engine/ops/cross-entropy.ts';
import { meanPool, neighbourhoodMean } from '../../engine/ops/mean-pool.ts';
import { relu } from '../../engine/ops/relu.ts';
import { type Tensor, tf } from '../../engine/tensorflow.ts';
import { type Variable, variableOf } from '../../engine/variable.ts';
import { gaussian, type Streams } from '../../random.ts';
import { noDecay } from '../../regularize/decay.ts';
import type { ActivationName } from '../../spec/nasi.ts';
import { correctCount } from '../../train/image-steps.ts';
import { evaluationStep, type Loss, type Step, type TrainingStep, trainingStep } from '../../train/step.ts';
import type { Batch } from './example-set.ts';
import { type Graph, type Sizes, scaleOf } from './graph.ts';

/** A graph's network on the engine, in float32. */
export interface Network {
  readonly variables: readonly Variable[];
  readonly step: TrainingStep<BatchFeeds>;
  readonly evaluation: Step<BatchFeeds>;
  readonly loss: Loss<BatchFeeds>;
  /** [n, side, side, channels] to logits [n, outputs]. */
  apply(x: Tensor): Tensor;
}

/** x [n, side, side, channels] and labels [n], int32. */
export type BatchFeeds = { x: Tensor; labels: Tensor };

/** θ of one initialization, rounded to float32: a weight of equal name and shape is the same in every architecture. */
export function drawTheta({ weights, parameters }: Graph, init: number, streams: Streams): Float64Array {
  const theta = new Float64Array(parameters);
  for (const { name, offset, size } of weights)
    theta.set(gaussian(size, 1, streams(`weights/${init}/${name}`)), offset);
  return theta;
}

export function networkOf(graph: Graph, theta: Float64Array, momentum: number): Network {
  const variables = graph.weights.map(({ name, shape, offset, size }) =>
    variableOf(name, 'weight', Float32Array.from(theta.subarray(offset, offset + size)), [...shape]),
  );
  const apply = (x: Tensor) => applied(graph, variables, x);
  const loss: Loss<BatchFeeds> = ({ x, labels }) => {
    const logits = apply(x);
    const [right, count] = [correctCount(logits, labels), tf.scalar(labels.size)];
    return { loss: crossEntropy(logits, labels, 0), correct: right, count };
  };
  return {
    variables,
    step: trainingStep({ variables, loss, decay: noDecay, optimizer: { name: 'sgd', momentum } }),
    evaluation: evaluationStep(variables, loss),
    loss,
    apply,
  };
}

/** The tensors of a batch. */
export function batchFeeds(
  { size, x, labels }: Batch,
  { side, channels }: Pick<Sizes, 'side' | 'channels'>,
): BatchFeeds {
  return { x: tf.tensor4d(x, [size, side, side, channels]), labels: tf.tensor1d(labels, 'int32') };
}

function applied({ nodes, weights }: Graph, variables: readonly Variable[], x: Tensor): Tensor {
  const values: Tensor[] = [];
  for (const node of nodes) {
    switch (node.op) {
      case 'input':
        values.push(x);
        break;
      case 'map': {
        const from = values[node.of]!;
        const filter = tf.mul(variables[node.weight]!.value, scaleOf(weights[node.weight]!));
        values.push(mapped(from, filter, nodes[node.of]!.op !== 'input'));
        break;
      }
      case 'activation':
        values.push(activated(node.activation, values[node.of]!));
        break;
      case 'smooth':
        values.push(neighbourhoodMean(values[node.of]!, 3));
        break;
      case 'shrink':
        values.push(meanPool(values[node.of]!, node.window));
        break;
      case 'sum':
        if (node.mixing !== null) throw new Error('a network that mixes operations is none to be trained');
        values.push(node.of.map((of) => values[of]!).reduce((sum, value) => tf.add(sum, value)));
        break;
    }
  }
  const logits = values.at(-1)!;
  return tf.reshape(logits, [logits.shape[0]!, nodes.at(-1)!.channels]);
}

/** A convolution; of one tap, the product of matrices that it is. */
function mapped(x: Tensor, filter: Tensor, inputGradient: boolean): Tensor {
  const [kernel, , channels, out] = filter.shape as [number, number, number, number];
  if (kernel > 1) return conv2d(x, filter, { stride: [1, 1], inputGradient });
  const [n, height, width] = x.shape as [number, number, number];
  const y = matMul(tf.reshape(x, [n * height * width, channels]), tf.reshape(filter, [channels, out]));
  return tf.reshape(y, [n, height, width, out]);
}

function activated(activation: ActivationName, h: Tensor): Tensor {
  switch (activation) {
    case 'relu':
      return tf.mul(relu(h), Math.SQRT2);
    case 'tanh':
      return tf.tanh(h);
    case 'sigmoid':
      return tf.sigmoid(h);
    case 'linear':
      return h;
  }
}
