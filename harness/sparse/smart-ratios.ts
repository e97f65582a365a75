import { proportionalCounts, requireKeep } from './densities.ts';

/** Share of a linear layer's entries under smart ratios. */
const linearShare = 0.3;

/** One layer as smart ratios see it. */
export interface RatioLayer {
  kind: 'conv' | 'linear';
  size: number;
}

/**
 * Entries to keep in each layer under the smart ratios of random tickets (Su et al. 2020, and their code): a linear
 * layer keeps 0.3 of its entries; the l-th of L layers, a convolution, the share ε·((L − l + 1)² + (L − l + 1)), in a
 * network without residuals ε·((L − l + 1)² + (L − l + 1))/l². Convolutions whose share would pass 1 are dense, and ε
 * serves the others (the published code gives their surplus to the first layers that are not full). Where the
 * convolutions cannot hold the rest, the linear layers keep more than 0.3; where each convolution would not keep one
 * entry, less. All together keep exactly `keep`, rounded as `erkCounts` does.
 *
 * @throws Error where `keep` is below the number of layers or above the number of entries
 */
export function smartRatioCounts(layers: readonly RatioLayer[], residual: boolean, keep: number): number[] {
  const places = layers.map(({ kind, size }, index) => ({
    kind,
    size,
    ratio: smartRatio(index, layers.length, residual),
  }));
  const convs = places.filter(({ kind }) => kind === 'conv');
  const linear = places.filter(({ kind }) => kind === 'linear').map(({ size }) => size);
  requireKeep(
    'smartRatioCounts',
    layers.map(({ size }) => size),
    keep,
  );
  const ofLinear = Math.max(
    linear.length,
    keep - sum(convs.map(({ size }) => size)),
    Math.min(Math.round(linearShare * sum(linear)), keep - convs.length),
  );
  const linearCounts = proportionalCounts('smartRatioCounts', linear, linear, ofLinear);
  const convCounts = proportionalCounts(
    'smartRatioCounts',
    convs.map(({ size }) => size),
    convs.map(({ size, ratio }) => ratio * size),
    keep - ofLinear,
  );
  return layers.map(({ kind }) => (kind === 'linear' ? linearCounts : convCounts).shift()!);
}

/** Of the layer at an index from 0. */
function smartRatio(index: number, layers: number, residual: boolean): number {
  const left = layers - index;
  return (left ** 2 + left) / (residual ? 1 : (index + 1) ** 2);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
