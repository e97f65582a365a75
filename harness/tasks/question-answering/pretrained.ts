import { keepValues } from '../../engine/record-step.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { SpanModel } from '../../nn/transformer/encoder.ts';
import type { SavedWeights } from '../../weight-file.ts';

/** Variables of the head that answers; all others are the pre-trained encoder's. */
const ofHead = /^encoder\.span\b/;

/**
 * Gives a network the values that its encoder came to in pre-training; its head keeps its own.
 *
 * @throws Error where the weights are not those of the network, naming the variable
 */
export function begunFrom({ variables }: SpanModel, weights: SavedWeights): void {
  for (const variable of variables) {
    if (ofHead.test(variable.name)) continue;
    const saved = weights.get(variable.name);
    if (saved === undefined) throw new Error(`pre-trained weights: lack ${variable.name}`);
    variable.assign(tf.tensor(saved.values, [...saved.shape]));
  }
}

/** Values that variables had, to be given back to them for a while. */
export interface PutAside {
  /** Runs something with these values; afterwards the variables have their present ones again. */
  with<T>(run: () => Promise<T>): Promise<T>;
}

/** Puts the values of variables aside, as numbers: no tensor is held. */
export function putAside(variables: readonly Variable[]): PutAside {
  const values = variables.map(({ value }) => Float32Array.from(value.dataSync()));
  return {
    async with(run) {
      const restore = keepValues(variables);
      variables.forEach((variable, index) => {
        variable.assign(tf.tensor(values[index]!, variable.value.shape));
      });
      try {
        return await run();
      } finally {
        restore();
      }
    },
  };
}
