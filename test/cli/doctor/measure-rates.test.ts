import { expect, it } from 'vitest';
import { measureRates } from '../../../harness/cli/doctor/measure-rates.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { referenceRates } from '../../../harness/spec/cost.ts';
import '../../helpers/engine.ts';

it('measures rates of the order of the reference machine’s, and leaves no tensors', () => {
  const before = tf.memory().numTensors;
  const rates = measureRates(0.2);
  expect(tf.memory().numTensors).toBe(before);
  for (const [name, reference] of Object.entries(referenceRates)) {
    const ratio = rates[name as keyof typeof rates] / reference;
    expect([name, ratio > 1 / 100 && ratio < 100]).toEqual([name, true]);
  }
});
