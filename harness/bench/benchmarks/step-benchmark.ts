import { type Tensor, tf } from '../../engine/tensorflow.ts';
import type { Variable } from '../../engine/variable.ts';
import type { Benchmark } from '../benchmark.ts';

/** A step that gives its loss, in its two forms. */
interface LossStep<F> {
  readonly variables: readonly Variable[];
  run(feeds: F): { loss: Tensor };
  runEagerly(feeds: F): { loss: Tensor };
  dispose(): void;
}

/** A step on the same feeds over and over. */
export function stepBenchmark<F extends Record<string, Tensor>>(
  name: string,
  flops: number,
  prepare: () => { step: LossStep<F>; feeds: F },
): Benchmark {
  return {
    name,
    flops,
    prepare: async () => {
      const { step, feeds } = prepare();
      return {
        task: () => tf.tidy(() => void step.run(feeds).loss.dataSync()),
        runEagerly: () => tf.tidy(() => void step.runEagerly(feeds).loss.dataSync()),
        dispose: () => {
          step.dispose();
          tf.dispose([...Object.values(feeds), ...step.variables.map((variable) => variable.value)]);
        },
      };
    },
  };
}
