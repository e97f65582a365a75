import { batchNormTangent, batchNormTraining } from '../../engine/ops/batch-norm.ts';
import { conv2d } from '../../engine/ops/conv2d.ts';
import { maxPool, maxPoolTangent } from '../../engine/ops/max-pool.ts';
import { relu, reluTangent } from '../../engine/ops/relu.ts';
import { type Tensor, type Tensor2D, tf } from '../../engine/tensorflow.ts';
import type { Model } from '../../nn/model.ts';
import { subsampled } from '../../nn/network.ts';
import type { Operation } from '../../shape/blueprint.ts';

/**
 * A value that depends on the weights θ, and its tangent, the derivative along a direction v: d/dε of the value at θ +
 * ε·v.
 */
export interface Dual {
  readonly value: Tensor;
  readonly tangent: Tensor;
}

/**
 * The logits of a dense network in training and their derivative along a direction in its weights, by forward
 * differentiation: every operation maps value and tangent. Both are differentiable once for the weights, so that the
 * gradient of a directional derivative is a Hessian-vector product (Pearlmutter 1994), exact but for rounding.
 *
 * Where a ReLU's or a maximum's derivative jumps, its second derivative is taken as zero, as automatic differentiation
 * does: a difference of gradients would add the jumps of all that pass a kink within its step.
 *
 * @param direction by the name of a convolution's or linear layer's weight, all of them; other variables stay as they
 *   are
 * @param images [batch, size, size, channels]
 */
export function logitsAlong(model: Model, direction: ReadonlyMap<string, Tensor>, images: Tensor): Dual {
  const variables = new Map(model.variables.map(({ name, value }) => [name, value]));
  const source = {
    variable: (name: string) => found(variables, name),
    direction: (name: string) => found(direction, name),
  };
  return applyAll(model.blueprint.operations, { value: images, tangent: tf.zerosLike(images) }, source);
}

interface Source {
  variable(name: string): Tensor;
  direction(name: string): Tensor;
}

function found(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`tangents: there is no ${name}`);
  return tensor;
}

/** Frees every value on the way as soon as the next one is made: what gradients need of it is saved. */
function applyAll(operations: readonly Operation[], x: Dual, source: Source): Dual {
  return operations.reduce((dual, operation) => {
    const next = tf.tidy(() => applyOne(operation, dual, source) as never) as Dual;
    if (dual !== x) tf.dispose([dual.value, dual.tangent]);
    return next;
  }, x);
}

function applyOne(operation: Operation, x: Dual, source: Source): Dual {
  switch (operation.kind) {
    case 'conv': {
      const options = { stride: [operation.stride, operation.stride] } as const;
      return bilinear(x, weightOf(operation.name, source), (input, filter) => conv2d(input, filter, options));
    }
    case 'linear': {
      const product = (input: Tensor, weight: Tensor): Tensor => tf.matMul(input as Tensor2D, weight as Tensor2D);
      const { value, tangent } = bilinear(x, weightOf(operation.name, source), product);
      return { value: tf.add(value, source.variable(`${operation.name}.bias`)), tangent };
    }
    case 'batch-norm':
      return normalized(operation.name, x, source);
    case 'relu': {
      const value = relu(x.value);
      return { value, tangent: reluTangent(value, x.tangent) };
    }
    case 'max-pool': {
      const value = maxPool(x.value, operation.size);
      return { value, tangent: maxPoolTangent(x.value, value, x.tangent, operation.size) };
    }
    case 'global-average-pool':
      return linear(x, (input) => tf.mean(input, [1, 2]));
    case 'subsampling':
      return linear(x, (input) => subsampled(input, operation));
    case 'residual': {
      const branch = applyAll(operation.branch, x, source);
      const shortcut = applyAll(operation.shortcut, x, source);
      return { value: sum(branch.value, shortcut.value), tangent: sum(branch.tangent, shortcut.tangent) };
    }
  }
}

function weightOf(layer: string, { variable, direction }: Source): Dual {
  return { value: variable(`${layer}.weight`), tangent: direction(`${layer}.weight`) };
}

function linear(x: Dual, f: (input: Tensor) => Tensor): Dual {
  return { value: f(x.value), tangent: f(x.tangent) };
}

function bilinear(x: Dual, weight: Dual, f: (input: Tensor, weight: Tensor) => Tensor): Dual {
  return { value: f(x.value, weight.value), tangent: sum(f(x.tangent, weight.value), f(x.value, weight.tangent)) };
}

/**
 * a + b of one shape. Unlike the library's, its gradient saves neither: convolutions' outputs are most of the memory.
 */
function sum(a: Tensor, b: Tensor): Tensor {
  return tf.customGrad((x, y) => ({
    value: tf.add(x as Tensor, y as Tensor),
    gradFunc: (dy: Tensor) => [tf.clone(dy), tf.clone(dy)],
  }))(a, b);
}

/** With the batch's own statistics; the running ones stay as they are. */
function normalized(layer: string, { value, tangent }: Dual, { variable }: Source): Dual {
  const scale = variable(`${layer}.scale`);
  const { y, runningMean, runningVariance } = batchNormTraining(value, {
    scale,
    offset: variable(`${layer}.offset`),
    runningMean: variable(`${layer}.mean`),
    runningVariance: variable(`${layer}.variance`),
  });
  tf.dispose([runningMean, runningVariance]);
  return { value: y, tangent: batchNormTangent(value, tangent, scale) };
}
