import { describe, expect, test } from 'vitest';
import { replaying } from '../../harness/engine/replay.ts';
import { type Scalar, type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { filledVariable, type Variable, variableOf } from '../../harness/engine/variable.ts';
import { type OptimizerSpec, optimizerOf } from '../../harness/optim/optimizer.ts';
import '../helpers/engine.ts';
import { randomValues } from '../helpers/reference.ts';

const specs: OptimizerSpec[] = [
  { name: 'sgd', momentum: 0.9 },
  { name: 'nesterov', momentum: 0.9 },
  { name: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-8 },
];
const cases = specs.flatMap((spec) => [null, 0.5].map((clipNorm) => ({ name: spec.name, spec, clipNorm })));
const size = 40;
const entries = (variable: Variable) => [...variable.value.dataSync()];
const drawn = (name: string) => Float32Array.from(randomValues(name, [size]).data);
const weights = (): [Variable, Variable] => [
  variableOf('w', 'weight', drawn('w'), [size]),
  variableOf('x', 'factor', drawn('x'), [size]),
];
/** Masks of the first variable, step by step: entries go and come back. */
const maskAt = (step: number) => Float32Array.from({ length: size }, (_, i) => ((i + step) % 3 === 0 ? 0 : 1));
const rate = 0.01;

describe.each(cases)('$name, gradients clipped to $clipNorm', ({ spec, clipNorm }) => {
  test('keeps weights and slots at zero where a mask is 0, after every step, recorded and not', () => {
    const run = (recorded: boolean) => {
      const [w, x] = weights();
      const mask = filledVariable('m', 'statistic', [size], 1);
      const optimizer = optimizerOf(spec, [w, x], { clipNorm, masks: new Map([[w, mask]]) });
      const slots = optimizer.slotsOf(w);
      expect(slots.length).toBe(spec.name === 'adam' ? 2 : 1);
      type Feeds = { first: Tensor; second: Tensor; learningRate: Scalar };
      const step = ({ first, second, learningRate }: Feeds) => {
        tf.tidy(() => optimizer.update([first, second], learningRate));
        return {};
      };
      const replay = replaying(step, [w, x, mask, ...optimizer.slots]);
      for (let index = 0; index < 6; index++) {
        mask.assign(tf.tensor1d(maskAt(Math.floor(index / 2))));
        const feeds = {
          first: tf.tensor1d(drawn(`g${index}`)),
          second: tf.tensor1d(drawn(`h${index}`)),
          learningRate: tf.scalar(rate),
        };
        (recorded ? replay.run : step)(feeds);
        const zeros = maskAt(Math.floor(index / 2));
        for (const variable of [w, ...slots]) {
          const wrong = entries(variable).findIndex((value, i) => (zeros[i] === 0) !== (value === 0));
          expect([variable.name, index, wrong]).toEqual([variable.name, index, -1]);
        }
        expect(entries(x).includes(0)).toBe(false);
      }
      replay.dispose();
      return [w, x, ...optimizer.slots].map(entries);
    };
    expect(run(true)).toEqual(run(false));
  });

  test('moves what is not masked with the bits of an update of that alone', () => {
    const mask = maskAt(0);
    const kept = [...mask.keys()].filter((i) => mask[i] === 1);
    const chosen = (values: Float32Array) => Float32Array.from(kept, (i) => values[i]!);
    const [w, x] = weights();
    const m = variableOf('m', 'statistic', mask, [size]);
    const masked = optimizerOf(spec, [w, x], { clipNorm, masks: new Map([[w, m]]) });
    const [small, same] = [variableOf('w', 'weight', chosen(drawn('w')), [kept.length]), weights()[1]];
    const alone = optimizerOf(spec, [small, same], { clipNorm });
    for (let index = 0; index < 3; index++) {
      const [g, h] = [drawn(`g${index}`), drawn(`h${index}`)];
      tf.tidy(() => masked.update([tf.tensor1d(g), tf.tensor1d(h)], tf.scalar(rate)));
      tf.tidy(() => alone.update([tf.tensor1d(chosen(g)), tf.tensor1d(h)], tf.scalar(rate)));
    }
    const pairs = [w, ...masked.slotsOf(w)].map(
      (variable, k) => [variable, [small, ...alone.slotsOf(small)][k]!] as const,
    );
    for (const [whole, part] of pairs) {
      const [actual, expected] = [kept.map((i) => entries(whole)[i]!), entries(part)];
      // The norm that clips is a sum in another order.
      if (clipNorm === null) expect(actual).toEqual(expected);
      else for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 6);
    }
  });
});

test('an optimizer knows no slots of other variables', () => {
  const [w, x] = weights();
  expect(optimizerOf(specs[0]!, [w]).slotsOf(x)).toEqual([]);
});
