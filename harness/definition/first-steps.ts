import { createHash } from 'node:crypto';
import { arithmeticIn } from '../engine/environment.ts';
import { engineOptions, type Tensor, tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import { streamsOf } from '../random.ts';
import { type Definition, firstStepCount } from '../spec/definition.ts';
import { finiteOrNull } from '../train/curve.ts';
import { readStep } from '../train/evaluate.ts';
import type { Learner, LoopHooks, LoopPhase } from '../train/loop.ts';
import type { Feeds } from '../train/step.ts';
import { bytesOf } from './trace.ts';

export interface FirstStepsOptions<B, F extends Feeds> {
  learner: Pick<Learner<F, { loss: number }>, 'step'>;
  phase: LoopPhase<B, F, { loss: number }>;
  feedsOf(batch: B): F;
  hooks: LoopHooks<B>;
}

/** What the first steps are fed, and what they come to. */
export type FirstSteps = Pick<Definition, 'inputs' | 'first_steps'>;

/**
 * Trains the first steps of a phase, its preparations included, operation by operation: that gives the bits of the
 * graphs, which take longer to be made ready than three steps. The variables are left changed.
 */
export async function firstSteps<B, F extends Feeds>(options: FirstStepsOptions<B, F>): Promise<FirstSteps> {
  const { learner, phase, feedsOf, hooks } = options;
  const { step } = learner;
  await hooks.beforePhase?.(0);
  const inputs: Record<string, string>[] = [];
  const losses: (number | null)[] = [];
  const slots = new Set(step.optimizer.slots);
  const watched = step.variables.filter((variable) => !slots.has(variable));
  const numbers = new Map(watched.map(({ name }): [string, number[]] => [name, []]));
  let done = 0;
  for (const drawn of phase.drawn(0)) {
    if (done === Math.min(firstStepCount, phase.steps)) break;
    const learningRate = phase.rateAt(done);
    const batch = drawn.batch();
    const { loss } = readStep('training step', () => {
      const feeds = feedsOf(batch);
      inputs.push(digestsOf(feeds));
      return step.runEagerly({ ...feeds, learningRate: tf.scalar(learningRate) });
    });
    done++;
    losses.push(finiteOrNull(loss));
    for (const variable of watched) {
      const values = [variable, ...step.optimizer.slotsOf(variable)];
      numbers.get(variable.name)!.push(...values.flatMap((one) => summaryOf(one, variable.name)));
    }
    const event = { phase: 0, step: done, steps: phase.steps, learningRate, batch };
    if (hooks.afterStep !== undefined) tf.tidy(() => hooks.afterStep!(event));
  }
  const values = Object.fromEntries(
    [...numbers].map(([name, own]) => [name, own.map((value) => shortNumber(value)).join(' ')]),
  );
  const { threads, device } = engineOptions();
  const arithmetic = device === 'cpu' ? arithmeticIn(process.env) : 'native';
  return { inputs, first_steps: { arithmetic, threads, losses, values } };
}

/** Digests of the tensors' values, by name. */
export function digestsOf(feeds: Readonly<Record<string, Tensor>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const hash = createHash('sha256').update(`${tensor.dtype}[${tensor.shape}]`);
      return [name, hash.update(bytesOf(tensor.dataSync())).digest('hex').slice(0, 16)];
    }),
  );
}

/** ‖x‖ and Σ s_i·x_i with s_i = ±1 of a stream named after the variable, both summed in float64. */
function summaryOf({ value }: Variable, name: string): [number, number] {
  const entries = value.dataSync();
  const uniform = streamsOf('projection', 0)(name);
  let [squares, projection, signs] = [0, 0, 0];
  for (let i = 0; i < entries.length; i++) {
    if (i % 32 === 0) signs = Math.floor(uniform() * 2 ** 32);
    const entry = entries[i]!;
    squares += entry * entry;
    projection += (signs >>> (i % 32)) & 1 ? entry : -entry;
  }
  return [Math.sqrt(squares), projection];
}

/** Eight significant digits: two more than what the least tolerance tells apart. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(8)));
}
