import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { ConvShape } from '../../shape/blueprint.ts';
import { equalNorms, permuted, reshaped } from '../../tensor/nd-array.ts';
import { composeTrain, tensorTrain, trainCompositionMacs, trainDecay } from '../../tensor/tensor-train.ts';
import { cutWarning, scaledRank } from '../scaled-rank.ts';
import type { Link } from './chain.ts';
import type { ChainFormat } from './chain-method.ts';

/**
 * A convolution's filter as a tensor train from the input channels over the taps to the output channels: a core [r, d,
 * r'] is a convolution from r to r' channels, and the train a chain of them.
 *
 * @param tapsOf the filter sizes [k1, k2] of the inner links; their product is the whole filter's
 */
export function trainChain(
  name: string,
  tapsOf: (shape: ConvShape) => readonly { label: string; size: readonly [number, number] }[],
): ChainFormat {
  const ranksOf = (shape: ConvShape, scale: number) => {
    const taps = tapsOf(shape).map(({ size: [k1, k2] }) => k1 * k2);
    return trainRanks([shape.inChannels, ...taps, shape.outChannels], scale);
  };
  const links = (shape: ConvShape, scale: number): Link[] => {
    const { inChannels, outChannels, kernel, stride } = shape;
    const taps = tapsOf(shape);
    const { ranks } = ranksOf(shape, scale);
    const inner = taps.map(({ label, size: [k1, k2] }, k): Link => {
      // The link with a direction's taps strides in it; a direction of one tap strides in the first.
      const strideAlong = (axis: 0 | 1) => {
        const at = kernel[axis] === 1 ? 0 : taps.findIndex(({ size }) => size[axis] > 1);
        return at === k ? stride : 1;
      };
      const filter = [k1, k2, ranks[k]!, ranks[k + 1]!] as const;
      return { label, filter, depthwise: false, stride: [strideAlong(0), strideAlong(1)] };
    });
    const pointwise = { depthwise: false, stride: [1, 1] } as const;
    return [
      { label: 'in', filter: [1, 1, inChannels, ranks[0]!], ...pointwise },
      ...inner,
      { label: 'out', filter: [1, 1, ranks.at(-1)!, outChannels], ...pointwise },
    ];
  };
  return {
    name,
    links,
    rankWarning: (shape, scale) => ranksOf(shape, scale).warning,
    compose(filters) {
      const [inChannels, outChannels] = [filters[0]!.shape[2]!, filters.at(-1)!.shape[3]!];
      const [k1, k2] = [0, 1].map((axis) => filters.reduce((product, { shape }) => product * shape[axis]!, 1));
      const train = tf.reshape(composeTrain(coresOf(filters)), [inChannels, k1!, k2!, outChannels]);
      return tf.transpose(train, [1, 2, 0, 3]);
    },
    compositionMacs: (chain) => trainCompositionMacs(coreShapes(chain)),
    decompose(filter, chain) {
      const shapes = coreShapes(chain);
      const dims = shapes.map(([, size]) => size);
      const ranks = shapes.slice(0, -1).map(([, , next]) => next);
      const cores = equalNorms(tensorTrain(reshaped(permuted(filter, [2, 0, 1, 3]), dims), ranks));
      const filters = cores.map((core, k) => (isInner(k, cores) ? permuted(core, [1, 0, 2]) : core));
      return { cores: filters.map((core, k) => reshaped(core, chain[k]!.filter)) };
    },
    decay: (filters) =>
      tf.tidy(() => {
        const gradients = trainDecay(coresOf(filters));
        return gradients.map((gradient, k) =>
          tf.reshape(isInner(k, filters) ? tf.transpose(gradient, [1, 0, 2]) : gradient, filters[k]!.shape),
        );
      }),
  };
}

export interface TrainRanks {
  ranks: number[];
  /** Where a rank is less than the scale asks for. */
  warning: string | undefined;
}

/**
 * Ranks r_k = max(1, round(s·m_k)), m_k the largest that the tensor's k-th unfolding can have, and no larger than their
 * neighbours allow.
 */
export function trainRanks(dims: readonly number[], scale: number): TrainRanks {
  const size = (of: readonly number[]) => of.reduce((product, length) => product * length, 1);
  const largest = dims.slice(1).map((_, k) => Math.min(size(dims.slice(0, k + 1)), size(dims.slice(k + 1))));
  const asked = largest.map((rank) => scaledRank(scale, rank));
  const ranks = asked.map((rank, k) => Math.min(rank, largest[k]!));
  for (let k = 0; k < ranks.length; k++) ranks[k] = Math.min(ranks[k]!, (ranks[k - 1] ?? 1) * dims[k]!);
  for (let k = ranks.length - 1; k >= 0; k--) ranks[k] = Math.min(ranks[k]!, (ranks[k + 1] ?? 1) * dims[k + 1]!);
  return { ranks, warning: cutWarning(asked, ranks) };
}

/**
 * The first core is the matrix [in, r] and the last [r, out]; those between hold a filter [k1, k2, r, r'] tap by tap.
 */
function isInner(k: number, parts: readonly unknown[]): boolean {
  return k > 0 && k < parts.length - 1;
}

/** Shapes [r, d, r'] of the cores. */
function coreShapes(links: readonly Link[]): [number, number, number][] {
  return links.map(({ filter: [k1, k2, inChannels, outChannels] }, k) => {
    if (k === 0) return [1, inChannels, outChannels];
    return isInner(k, links) ? [inChannels, k1 * k2, outChannels] : [inChannels, outChannels, 1];
  });
}

function coresOf(filters: readonly Tensor[]): Tensor[] {
  return filters.map((filter, k) => {
    const [k1, k2, inChannels, outChannels] = filter.shape as [number, number, number, number];
    if (k === 0) return tf.reshape(filter, [1, inChannels, outChannels]);
    if (!isInner(k, filters)) return tf.reshape(filter, [inChannels, outChannels, 1]);
    return tf.transpose(tf.reshape(filter, [k1 * k2, inChannels, outChannels]), [1, 0, 2]);
  });
}
