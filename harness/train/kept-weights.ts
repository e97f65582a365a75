import { tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { EpochPoint } from '../record.ts';

/** Weights put aside while training goes on: those of the best epoch, or a mean over the last ones. */
export interface KeptWeights {
  /** Part of the training's state. */
  readonly variables: readonly Variable[];
  /** Looks at the weights after an epoch, the last of the curve. */
  afterEpoch(curve: readonly EpochPoint[]): void;
  /** Gives the weights the values that were kept. */
  restore(): void;
  /** Whose epoch's they are; null: a mean. */
  epochOf(curve: readonly EpochPoint[]): number | null;
}

/** Keeps the weights of the epoch of lowest validation loss, the earliest of equal ones. */
export function bestWeights(weights: readonly Variable[]): KeptWeights {
  const kept = copiesOf(weights, 'best');
  const lossOf = ({ valid_loss }: EpochPoint) => valid_loss ?? Number.POSITIVE_INFINITY;
  const bestOf = (curve: readonly EpochPoint[]) =>
    curve.reduce((best, point) => (lossOf(point) < lossOf(best) ? point : best)).epoch;
  return {
    variables: kept,
    afterEpoch(curve) {
      if (bestOf(curve) === curve.at(-1)!.epoch) copy(weights, kept);
    },
    restore: () => copy(kept, weights),
    epochOf: bestOf,
  };
}

/** Keeps the mean m of the weights after each of the last `count` epochs: m ← m + (w − m)/i for the i-th of them. */
export function averagedWeights(weights: readonly Variable[], count: number, epochs: number): KeptWeights {
  const kept = copiesOf(weights, 'average');
  const first = Math.max(0, epochs - count);
  return {
    variables: kept,
    afterEpoch(curve) {
      const index = curve.length - first;
      if (index < 1) return;
      tf.tidy(() => {
        weights.forEach(({ value }, i) => {
          const mean = kept[i]!.value;
          kept[i]!.assign(tf.add(mean, tf.div(tf.sub(value, mean), index)));
        });
      });
    },
    restore: () => copy(kept, weights),
    epochOf: () => null,
  };
}

function copiesOf(weights: readonly Variable[], suffix: string): Variable[] {
  return weights.map(({ name, value }) => filledVariable(`${name}.${suffix}`, 'statistic', value.shape, 0));
}

function copy(from: readonly Variable[], to: readonly Variable[]): void {
  from.forEach(({ value }, index) => {
    to[index]!.assign(tf.clone(value));
  });
}
