import { type Tensor, tf } from '../engine/tensorflow.ts';
import { variableOf } from '../engine/variable.ts';
import type { CompressibleLayer } from '../nn/layer.ts';
import type { LayerMethod } from '../nn/layer-method.ts';
import { gaussian, type Streams } from '../random.ts';
import type { ConvShape } from '../shape/blueprint.ts';
import type { InitName } from '../spec/words.ts';
import { composeLowRank } from '../tensor/low-rank.ts';
import { rightFactor, threeFactorGradients } from '../tensor/three-factors.ts';
import { convFactors, lowRank, rankOf, twoFactorConv, uFilterOf, uMatrixOf, vMatrixOf, vRows } from './low-rank.ts';

/**
 * A convolution of three factors (Khodak et al. 2021, "deep"): the weight as the (out·k1) x (in·k2) matrix
 * W = U M Vᵀ with M r x r, of low-rank's rank r at each scale and with its initializations of U and V, M = I. In every
 * pass V Mᵀ is composed first, as in the released code; with it in V's place the layer runs as the low-rank one does.
 */
export const deep = deepMethod('deep', 0, {
  source: 'Khodak et al. 2021, section 4.3',
  definition:
    'W, as the (out·k1) x (in·k2) matrix of a convolution, is U M Vᵀ with a trained M, the identity at first.',
});

/** σ of `deepResidual`: at the ranks of a CIFAR ResNet the noise has a norm ‖N‖₂ ≈ 2σ√r of 0.1 to 0.3. */
const residualDeviation = 0.01;

/**
 * The same with M = I + N, the entries of N drawn from N(0, σ²): with spectral initialization, directions beyond the
 * rank of the dense weight, which are zero in U and V alike and never train by themselves, are mixed with the others.
 * The released code leaves σ to its user; 0.01 is this project's choice.
 */
export const deepResidual = deepMethod('deep-residual', residualDeviation, {
  source: 'Khodak et al. 2021, released code (--square --residual)',
  definition: 'As deep, with M = I + N at first, the entries of N drawn from N(0, 0.01²).',
});

function deepMethod(name: string, deviation: number, said: Pick<LayerMethod, 'source' | 'definition'>): LayerMethod {
  return {
    kind: 'layer',
    name,
    ...said,
    compresses: true,
    inits: lowRank.inits!,
    largestScale: lowRank.largestScale!,
    parameters: (shape, scale) => lowRank.parameters(shape, scale) + rankOf(shape, scale) ** 2,
    macs: (shape, scale) => lowRank.macs(shape, scale) + rightFactorMacs(shape, scale),
    compositionMacs: (shape, scale) => lowRank.compositionMacs!(shape, scale) + rightFactorMacs(shape, scale),
    build: (shape, scale, init, streams) => deepConv({ shape, scale, init, deviation }, streams),
  };
}

/** Operations of V Mᵀ, spent once a batch. */
function rightFactorMacs(shape: ConvShape, scale: number): number {
  return rankOf(shape, scale) ** 2 * shape.inChannels * shape.kernel[1];
}

interface DeepConv {
  shape: ConvShape;
  scale: number;
  init: InitName;
  /** σ of the noise on M. */
  deviation: number;
}

function deepConv({ shape, scale, init, deviation }: DeepConv, streams: Streams): CompressibleLayer {
  const { name } = shape;
  const rank = rankOf(shape, scale);
  const { u, v } = convFactors(shape, rank, init, streams);
  const square =
    deviation === 0 ? new Float32Array(rank ** 2) : gaussian(rank ** 2, deviation, streams(`weights/${name}.m`));
  for (let i = 0; i < rank; i++) square[i * rank + i]! += 1;
  const m = variableOf(`${name}.m`, 'factor', square, [rank, rank]);
  const right = (): Tensor => tf.reshape(rightFactor(vRows(v.value), m.value), v.value.shape);
  return {
    variables: [u, m, v],
    ...twoFactorConv(shape, scale, { u: () => u.value, v: right }),
    matrix: () => tf.tidy(() => composeLowRank(uMatrixOf(u.value), vMatrixOf(right()))),
    frobeniusGradients: () =>
      tf.tidy(() => {
        const gradients = threeFactorGradients({ u: uMatrixOf(u.value), m: m.value, v: vRows(v.value) });
        return [uFilterOf(gradients.u, shape), gradients.m, tf.reshape(gradients.v, v.value.shape)];
      }),
  };
}
