import { tf } from '../../engine/tensorflow.ts';
import { assemble, type Blueprint, type ConvShape, isPointwise, type Operation } from '../../shape/blueprint.ts';
import { lowRank, spectralFilters } from '../low-rank.ts';
import type { WarmUpMethod } from './warm-up-method.ts';

/** Pufferfish on CIFAR: the dense network for 80 of 300 epochs. */
const denseShare = 80 / 300;

/**
 * Full-rank warm-up (Wang et al. 2021, Pufferfish): the dense network is trained for 80/300 of the epochs; then every
 * later layer's trained weight becomes its balanced truncated singular value decomposition, U = P√Σ, V = Q√Σ, and the
 * low-rank network goes on on the same schedule, at the learning rate where the dense one stopped. The first layers
 * stay dense, as do shortcuts and classifier: of a network with residuals all up to its first residual block, as in the
 * published ResNet-18, and of one without the first half of the convolutions, about as in the published VGG-19.
 * Normalizations and layers that stay dense go on with their values.
 *
 * The budget counts the network after the switch, layers that stay dense included; training cost counts the dense phase
 * as dense. A training of one epoch has no dense phase, and starts from the decomposition of the initial weights.
 *
 * Choices of this project: the low-rank layers are those of `low-rank` (the publication has a k x k convolution to r
 * channels and a 1 x 1 one), with one rank scale for all that follows from the budget (a quarter of the full rank
 * there), so that the two methods differ in the warm-up and the dense layers alone. There is no batch normalization
 * between the factors, which the publication adds: with it the factors have no product, which Frobenius decay decays
 * and which at full rank is the trained weight. Momentum starts at zero after the switch, for all variables: that of a
 * dense weight has no counterpart in its factors.
 */
export const fullRankWarmUp: WarmUpMethod = {
  kind: 'warm-up',
  name: 'full-rank-warm-up',
  source: 'Wang et al. 2021 (Pufferfish)',
  definition:
    'The dense network is trained first; then the layers behind the first ones become UVᵀ by the truncated singular value decomposition of their trained weights, and train on.',
  layers: lowRank,
  hybrid,
  phases(training) {
    const { epochs } = training;
    const dense = denseEpochs(epochs);
    const factorized = { label: 'low-rank', training, part: { from: dense, to: epochs } };
    return dense === 0 ? [factorized] : [{ label: 'dense', training, part: { from: 0, to: dense } }, factorized];
  },
  replace(layer, dense, shape) {
    const [u, v] = layer.variables;
    const filters = tf.tidy(() => spectralFilters(dense.matrix(), shape, u!.value.shape[2]!));
    u!.assign(filters.u);
    v!.assign(filters.v);
  },
};

/** At least one epoch, but not the last one. */
export function denseEpochs(epochs: number): number {
  return Math.min(epochs - 1, Math.max(1, Math.round(denseShare * epochs)));
}

function hybrid({ name, operations, layers }: Blueprint): Blueprint {
  const kept = keptDense(operations, layers);
  const keeping = (operation: Operation): Operation => {
    if (operation.kind === 'residual') {
      return { ...operation, branch: operation.branch.map(keeping), shortcut: operation.shortcut.map(keeping) };
    }
    return operation.kind === 'conv' && kept.has(operation) ? { ...operation, compressible: false } : operation;
  };
  return assemble(name, operations.map(keeping));
}

/** The convolutions that stay dense. */
function keptDense(operations: readonly Operation[], layers: Blueprint['layers']): Set<ConvShape> {
  const convs = layers.filter((layer) => layer.kind === 'conv');
  const block = operations.findIndex(({ kind }) => kind === 'residual');
  if (block === -1) return new Set(convs.slice(0, Math.floor(convs.length / 2)));
  const first = assemble('', operations.slice(0, block + 1)).layers.filter((layer) => layer.kind === 'conv');
  return new Set([...first, ...convs.filter(isPointwise)]);
}
