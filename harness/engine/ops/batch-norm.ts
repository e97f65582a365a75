import { hasKernel } from '../kernel-choice.ts';
import { type Attributes, runOp, type Tensor, tf } from '../tensorflow.ts';
import type { ChannelMap } from './conv2d.ts';
import { inverseRoot } from './inverse-root.ts';

export interface BatchNormState {
  scale: Tensor;
  offset: Tensor;
  runningMean: Tensor;
  runningVariance: Tensor;
}

export interface BatchNormResult {
  y: Tensor;
  /** The running statistics after this batch; the caller owns them. */
  runningMean: Tensor;
  runningVariance: Tensor;
}

/** ε and the share of the new batch in the running statistics: PyTorch's defaults, which the paper's models use. */
const epsilon = 1e-5;
const averagingFactor = 0.1;

const shared: Attributes = {
  T: { type: 'float32' },
  U: { type: 'float32' },
  epsilon: { float: epsilon },
  data_format: { string: 'NHWC' },
};

/**
 * Batch normalization in training (Ioffe and Szegedy 2015): y = scale·(x − μ)/√(σ² + ε) + offset with the batch's mean
 * μ and biased variance σ² per channel; the running variance takes the unbiased one. One fused operation each way.
 *
 * @param x [batch, height, width, channels]; all of the state is [channels]
 */
export function batchNormTraining(x: Tensor, state: BatchNormState): BatchNormResult {
  let running: [Tensor, Tensor] | undefined;
  const forward: Attributes = {
    ...shared,
    is_training: { bool: true },
    exponential_avg_factor: { float: averagingFactor },
  };
  const backward: Attributes = { ...shared, is_training: { bool: true } };
  const y = tf.customGrad((input, scale, offset, save) => {
    const inputs = [input, scale, offset, state.runningMean, state.runningVariance] as Tensor[];
    const [value, mean, variance, ...reserved] = runOp('FusedBatchNormV3', inputs, forward, 6);
    running = [tf.keep(mean!), tf.keep(variance!)];
    (save as (tensors: Tensor[]) => void)([input as Tensor, scale as Tensor, ...reserved]);
    return {
      value: value!,
      gradFunc: (dy: Tensor, [savedInput, savedScale, ...rest]: Tensor[]) =>
        runOp('FusedBatchNormGradV3', [dy, savedInput!, savedScale!, ...rest], backward, 5).slice(0, 3),
    };
  })(x, state.scale, state.offset);
  return { y, runningMean: running![0], runningVariance: running![1] };
}

/**
 * Batch normalization in evaluation: y = scale·(x − running mean)/√(running variance + ε) + offset, of each example by
 * itself. Gradients are for x, scale and offset.
 */
export function batchNormInference(x: Tensor, state: BatchNormState): Tensor {
  const { runningMean, runningVariance } = state;
  return tf.customGrad((input, scale, offset, save) => {
    (save as (tensors: Tensor[]) => void)([input as Tensor, scale as Tensor, runningMean, runningVariance]);
    return {
      value: inferenceValue([input, scale, offset, runningMean, runningVariance] as Tensor[]),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        // The last input is the reserve of the forward operation, which evaluation does not read.
        const inputs = [dy, ...saved, tf.zeros([0])];
        return runOp('FusedBatchNormGradV3', inputs, evaluation, 5).slice(0, 3);
      },
    };
  })(x, state.scale, state.offset);
}

/** What `batchNormInference` does to each pixel. */
export function batchNormMap({ scale, offset, runningMean, runningVariance }: BatchNormState): ChannelMap {
  const gain = tf.mul(scale, inverseRoot(tf.add(runningVariance, epsilon)));
  return { scale: gain, offset: tf.sub(offset, tf.mul(runningMean, gain)) };
}

const evaluation: Attributes = { ...shared, is_training: { bool: false } };
const oneDnn = '_MklNativeFusedBatchNormV3';

/**
 * A graph joins TensorFlow's own operation to the convolution before it, or multiplies it out, which rounds otherwise
 * than the operation by itself; oneDNN's it leaves as it is.
 */
function inferenceValue(inputs: Tensor[]): Tensor {
  const attributes: Attributes = { ...evaluation, exponential_avg_factor: { float: 1 } };
  const named: Attributes = { ...attributes, _kernel: { string: 'MklNameChangeOp' } };
  const probe = () => void runOp(oneDnn, [tf.zeros([1, 1, 1, 1]), ...Array(4).fill(tf.ones([1]))], named, 6);
  const [name, given] = hasKernel(oneDnn, probe) ? [oneDnn, named] : ['FusedBatchNormV3', attributes];
  return runOp(name, inputs, given, 6)[0]!;
}

/**
 * The derivative of batch normalization in training along ẋ, with scale and offset held: with c = x − μ, r = 1/√(σ² +
 * ε), x̂ = r·c and means E per channel,
 *
 *   ẏ = scale·r·(ẋ − E[ẋ] − x̂·E[x̂∘ẋ]).
 *
 * Gradients are for x and ẋ. The map from ẋ to ẏ is self-adjoint; with u = scale·∂ẏ,
 *
 *   ∂x = −r²·(x̂·(E[u∘(ẋ − E[ẋ])] − 3·E[x̂∘ẋ]·E[x̂∘u]) + E[x̂∘ẋ]·(u − E[u]) + E[x̂∘u]·(ẋ − E[ẋ])).
 *
 * @param x [batch, height, width, channels]
 */
export function batchNormTangent(x: Tensor, tangent: Tensor, scale: Tensor): Tensor {
  return tf.customGrad((input, along, save) => {
    (save as (tensors: Tensor[]) => void)([input as Tensor, along as Tensor, scale]);
    return {
      value: directional(standardized(input as Tensor), along as Tensor, scale),
      // The library frees what a gradient makes on its way only when all gradients are done.
      gradFunc: (dy: Tensor, [savedInput, savedAlong, savedScale]: Tensor[]) =>
        tf.tidy(() => tangentGradients(dy, savedInput!, savedAlong!, savedScale!)),
    };
  })(x, tangent);
}

function tangentGradients(dy: Tensor, x: Tensor, tangent: Tensor, scale: Tensor): Tensor[] {
  const standard = standardized(x);
  const { unit, rate } = standard;
  const u = tf.mul(scale, dy) as Tensor;
  const [centredU, centredTangent] = [centred(u), centred(tangent)];
  const [alongU, alongTangent] = [channelMean(tf.mul(unit, u)), channelMean(tf.mul(unit, tangent))];
  const product = tf.mul(alongTangent, alongU);
  const own = tf.sub(channelMean(tf.mul(u, centredTangent)), tf.mul(3, product));
  const sum = tf.addN([tf.mul(unit, own), tf.mul(alongTangent, centredU), tf.mul(alongU, centredTangent)] as Tensor[]);
  return [tf.mul(tf.neg(tf.square(rate)), sum), directional(standard, dy, scale)];
}

/** x̂ and, per channel, r. */
interface Standardized {
  unit: Tensor;
  rate: Tensor;
}

function standardized(x: Tensor): Standardized {
  const c = centred(x);
  const rate = inverseRoot(tf.add(channelMean(tf.square(c)), epsilon));
  return { unit: tf.mul(c, rate), rate };
}

function directional({ unit, rate }: Standardized, tangent: Tensor, scale: Tensor): Tensor {
  const projected = tf.mul(unit, channelMean(tf.mul(unit, tangent)));
  return tf.mul(tf.mul(scale, rate), tf.sub(centred(tangent), projected));
}

function channelMean(x: Tensor): Tensor {
  return tf.mean(x, [0, 1, 2]);
}

function centred(x: Tensor): Tensor {
  return tf.sub(x, channelMean(x));
}
