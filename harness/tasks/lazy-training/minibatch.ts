import type { Drawn } from '../../data/drawn.ts';
import { matMul } from '../../engine/algebra/mat-mul.ts';
import { type Scalar, type Tensor, tf } from '../../engine/tensorflow.ts';
import { type Variable, variableOf } from '../../engine/variable.ts';
import { type Streams, streamsOf } from '../../random.ts';
import { noDecay } from '../../regularize/decay.ts';
import type { AdamFitSpec, RegimeName } from '../../spec/lazy-training.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { LoopKind } from '../../train/loop.ts';
import { type Loss, type TrainingStep, trainingStep } from '../../train/step.ts';
import { drawExamples, type Examples } from './draws.ts';
import type { Regime } from './regime.ts';
import type { Target } from './target.ts';

/** Training by Adam on batches of fresh examples, in float32 on the engine. */

/** The network of a regime on the engine. */
export interface Network {
  readonly step: TrainingStep<BatchFeeds>;
  readonly loss: Loss<BatchFeeds>;
  /** θ and c, which are trained, and W where it is fixed. */
  readonly variables: readonly Variable[];
  /** θ as it is now. */
  theta(): NdArray;
  /** c as it is now. */
  offset(): number;
}

/** x [n, d] and y [n]. */
type BatchFeeds = { x: Tensor; y: Tensor };

/** Adam's constants (Kingma and Ba 2015). */
const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** The network before its training: θ as the regime starts, c = 0. */
export function networkOf(regime: Regime, features: NdArray): Network {
  const tensorOf = (name: string, role: 'weight' | 'statistic', { shape, data }: NdArray) =>
    variableOf(name, role, Float32Array.from(data), [...shape]);
  const theta = tensorOf('theta', 'weight', regime.start);
  const offset = tensorOf('offset', 'weight', { shape: [1], data: new Float64Array(1) });
  // No optimizer moves a statistic.
  const fixed = regime.name === 'neural-network' ? [] : [tensorOf('features', 'statistic', features)];
  const variables = [theta, offset, ...fixed];
  const loss = ({ x, y }: BatchFeeds) => {
    const f = tf.add(outputsOf(regime.name, x, theta.value, fixed[0]?.value ?? theta.value), offset.value);
    return {
      loss: tf.mean(tf.square(tf.sub(y, f))) as Scalar,
      // How often the network is on the same side of zero as what it is to learn.
      correct: tf.sum(tf.cast(tf.greater(tf.mul(y, f), 0), 'float32')) as Scalar,
      count: tf.scalar(y.size),
    };
  };
  return {
    step: trainingStep({ variables, loss, decay: noDecay, optimizer: adam }),
    loss,
    variables,
    theta: () => ({ shape: regime.shape, data: Float64Array.from(theta.value.dataSync()) }),
    offset: () => offset.value.dataSync()[0]!,
  };
}

/** f(x) − c of a batch, [n]. */
function outputsOf(regime: RegimeName, x: Tensor, theta: Tensor, features: Tensor): Tensor {
  const inner = matMul(x, features, { transposeB: true });
  switch (regime) {
    case 'random-features':
      return tf.reshape(matMul(tf.square(inner), tf.reshape(theta, [-1, 1])), [-1]);
    case 'neural-tangent':
      return tf.sum(tf.mul(inner, matMul(x, theta, { transposeB: true })), 1);
    case 'neural-network':
      return tf.sum(tf.square(inner), 1);
  }
}

/** Points of a curve. */
const points = 10;

/**
 * A training of so many steps, each on a batch of its own. At each point the exact risk is computed from the weights: it
 * is no estimate.
 *
 * @param target whose examples are drawn; the risk is over that of its best constant
 */
export function adamTraining(
  network: Network,
  regime: Regime,
  target: Target,
  { learningRate, batchSize, steps, falls }: AdamFitSpec,
  streams: Streams,
): LoopKind<Examples, BatchFeeds, { loss: number }> {
  const d = target.diagonal.length;
  const stepsPerPoint = Math.max(1, Math.ceil(steps / points));
  return {
    counted: 'steps',
    step: network.step,
    measure: async () => ({ loss: exactRisk(network, regime, target) }),
    valuesOf: ({ learningRate: rate, loss }, measured) => ({
      learning_rate: rate,
      // Over the best constant's, as risks are.
      train_loss: finiteOrNull(loss / target.constantRisk),
      ...(measured === 'skipped' ? {} : { relative_risk: measured === null ? null : finiteOrNull(measured.loss) }),
    }),
    phases: [
      {
        steps,
        stepsPerPoint,
        rateAt: (step) => learningRate * (falls.findLast(({ at }) => step >= at * steps)?.to ?? 1),
        drawn: (point) => drawnBatches(target, batchSize, streams(`examples/${point}`)),
      },
    ],
    feedsOf: ({ x, y }) => ({ x: tf.tensor2d(x, [y.length, d]), y: tf.tensor1d(y) }),
  };
}

/** The risk of a network as it is now, over that of the best constant. */
export function exactRisk(network: Network, regime: Regime, target: Target): number {
  return target.risk(regime.form(network.theta()), network.offset()) / target.constantRisk;
}

/** Without an end. Each batch follows from a seed, so that going through the draws takes no time. */
function* drawnBatches(target: Target, size: number, uniform: () => number): Generator<Drawn<Examples>> {
  for (;;) {
    const seed = Math.floor(2 ** 32 * uniform());
    yield {
      size,
      shape: String(size),
      parts: { 'seeds of batches': Uint32Array.of(seed) },
      batch: () => drawExamples(target, size, streamsOf('lazy-training examples', seed)('batch')),
    };
  }
}
