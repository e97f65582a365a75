import { tf } from '../engine/tensorflow.ts';
import { filledVariable, type Variable } from '../engine/variable.ts';
import type { Masks } from '../optim/optimizer.ts';
import type { CurvePoint } from '../record.ts';

/** Weights put aside while the last phase goes on: those of the best point, or a mean over the last ones. */
export interface KeptWeights {
  /** Part of the training's state. */
  readonly variables: readonly Variable[];
  /** Looks at the weights at a point, the last of those of the last phase so far. */
  afterPoint(points: readonly CurvePoint[]): void;
  /** Gives the weights the values that were kept. */
  restore(): void;
  /** At which point they stood; null: they are a mean. */
  at(): number | null;
}

export interface KeptOptions {
  /** The network's. */
  variables: readonly Variable[];
  masks?: Masks;
}

/**
 * Keeps the weights of the point of lowest loss, the earliest of equal ones, and the masks that they have there.
 *
 * @param lossOf the loss of a point; infinite where there is none
 * @param fits whether weights may be kept, because their masks meet the budget; all may where it is left out
 */
export function bestWeights(
  { variables, masks = new Map() }: KeptOptions,
  lossOf: (point: CurvePoint) => number,
  fits: () => boolean = () => true,
): KeptWeights {
  const changing = [...variables, ...masks.values()];
  const kept = copiesOf(changing, 'best');
  const best = filledVariable('best.at', 'statistic', [], 0);
  const at = () => best.value.dataSync()[0]!;
  return {
    variables: [...kept, best],
    afterPoint(points) {
      const point = points.at(-1)!;
      const before = points.find((earlier) => earlier.at === at());
      if ((before !== undefined && lossOf(point) >= lossOf(before)) || !fits()) return;
      copy(changing, kept);
      best.assign(tf.scalar(point.at));
    },
    restore() {
      // Where no masks fitted, the last weights stand.
      if (at() !== 0) copy(kept, changing);
    },
    at,
  };
}

/**
 * Keeps the mean m of the weights at each of the last `count` of all points: m ← m + (w − m)/i for the i-th of them.
 * Where the last point's masks are 0, the mean is too.
 */
export function averagedWeights(
  { variables, masks = new Map() }: KeptOptions,
  count: number,
  points: number,
): KeptWeights {
  const kept = copiesOf(variables, 'average');
  const first = Math.max(0, points - count);
  return {
    variables: kept,
    afterPoint({ length }) {
      const index = length - first;
      if (index < 1) return;
      tf.tidy(() => {
        variables.forEach(({ value }, i) => {
          const mean = kept[i]!.value;
          kept[i]!.assign(tf.add(mean, tf.div(tf.sub(value, mean), index)));
        });
      });
    },
    restore() {
      copy(kept, variables);
      for (const [variable, mask] of masks) variable.assign(tf.mul(variable.value, mask.value));
    },
    at: () => null,
  };
}

function copiesOf(variables: readonly Variable[], suffix: string): Variable[] {
  return variables.map(({ name, value }) => filledVariable(`${name}.${suffix}`, 'statistic', value.shape, 0));
}

function copy(from: readonly Variable[], to: readonly Variable[]): void {
  from.forEach(({ value }, index) => {
    to[index]!.assign(tf.clone(value));
  });
}
