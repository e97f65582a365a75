import { describe, expect, it } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { objectiveNames } from '../../../harness/spec/amortized-inference.ts';
import { objectiveLoss } from '../../../harness/tasks/amortized-inference/objective.ts';
import { amortizedStep } from '../../../harness/tasks/amortized-inference/training.ts';
import { expectClose } from '../../helpers/engine.ts';
import { values } from '../../helpers/reference.ts';
import { numpy, numpyFeeds, numpyObjectives, smallAutoencoder } from '../../helpers/small-autoencoder.ts';

const built = (name: keyof typeof numpyObjectives) => {
  const objective = numpyObjectives[name];
  const model = smallAutoencoder(objective.name === 'weight-bound' ? objective.bound : null);
  return { model, objective, feeds: numpyFeeds(objective) };
};

describe.each(objectiveNames)('%s', (name) => {
  it('is what NumPy computes from densities, one sample after another', () => {
    const { model, objective, feeds } = built(name);
    const { loss, count } = objectiveLoss(model, objective)(feeds);
    expect(-loss.dataSync()[0]!).toBeCloseTo(numpy.values[name], 5);
    expect(count.dataSync()[0]).toBe(3);
  });

  it('has the gradients of central differences in float64', () => {
    const { model, objective, feeds } = built(name);
    const loss = objectiveLoss(model, objective);
    const { gradients } = valueAndGradients(() => loss(feeds).loss, model.variables);
    gradients.forEach((gradient, index) => {
      const expected = numpy.gradients[name][index]!.map((value) => -value);
      expectClose(gradient, values(gradient.shape, expected), 2e-5);
    });
  });

  it('rises by steps that leak nothing', () => {
    const { model, objective, feeds } = built(name);
    const training = { steps: 1, batchSize: 3, learningRate: 1, validateEvery: 1, decay: 0 };
    const step = amortizedStep(model, { objective, regularizer: 'none', training });
    const lossAt = (rate: number) =>
      tf.tidy(() => step.run({ ...feeds, learningRate: tf.scalar(rate) }).loss.dataSync()[0]!);
    const before = lossAt(0);
    const tensors = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) lossAt(0.02);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(lossAt(0)).toBeLessThan(before - 0.1);
    step.dispose();
  });
});

it('objectives differ where their encoders or samples do', () => {
  const all = objectiveNames.map((name) => numpy.values[name]);
  expect(new Set(all).size).toBe(objectiveNames.length);
  // More samples, a tighter bound.
  expect(numpy.values['importance-weighted']).toBeGreaterThan(numpy.values.vae);
});
