import { expect, test } from 'vitest';
import { withoutLeaks } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { randomPruning } from '../../../harness/methods/sparse/random-pruning.ts';
import '../../helpers/engine.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';

test('leaves no tensors, whether it records its graph or replays it, and nothing of the network changed', () => {
  const { context, model } = sparseSetUp(randomPruning);
  const state = () => model.variables.map(({ value }) => (value.dataSync() as Float32Array).slice());
  const before = state();
  const batch = context.batch('gradients', 8);
  for (const call of ['first', 'second']) {
    const gradients = withoutLeaks(call, () => tf.tidy(() => [context.gradients(batch)]));
    expect(gradients[0]!.map(({ length }) => length)).toEqual(context.weights.map(({ size }) => size));
  }
  expect(state()).toEqual(before);
});
