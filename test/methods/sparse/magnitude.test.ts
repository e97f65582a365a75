import { expect, test } from 'vitest';
import { magnitude } from '../../../harness/methods/sparse/magnitude.ts';
import { highest, magnitudes } from '../../../harness/sparse/selection.ts';
import { evaluationStep } from '../../../harness/train/evaluate.ts';
import { train } from '../../../harness/train/trainer.ts';
import { trainingStep } from '../../../harness/train/training-step.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('trains as the dense network does, then keeps the largest weights of all layers and trains these', async () => {
  const setUp = sparseSetUp(magnitude, { training: { epochs: 2 } });
  const { data, dataset, training, streams, context, keep } = setUp;
  const model = tinyModel({ method: 'dense' });
  const shared = { data, dataset, training, streams, curve: [], onProgress: () => undefined };
  const dense = await train({
    ...shared,
    model,
    onEpoch: async () => undefined,
    step: trainingStep(model, training, 'weight-decay'),
    evaluation: evaluationStep(model, [8, 8, 3]),
  });
  const trained = context.weights.map(({ name }) => model.variables.find((variable) => variable.name === name)!);
  const expected = highest(
    trained.map(({ value }) => magnitudes(value.dataSync() as Float32Array)),
    keep,
  );
  const masksBefore: boolean[] = [];
  const { curve } = await trainSparse(setUp, {
    afterStep: ({ phase }) => {
      if (phase === 0) masksBefore.push(context.masks().every((mask) => mask.every((value) => value === 1)));
    },
  });
  expect(new Set(masksBefore)).toEqual(new Set([true]));
  expect(curve.slice(0, 2).map((point) => ({ ...point, seconds: 0 }))).toEqual(
    dense.curve.map((point) => ({ ...point, seconds: 0 })),
  );
  expect(context.masks()).toEqual(expected);
  expect(curve.map(({ learning_rate }) => Number(learning_rate.toFixed(6)))).toEqual([0.05, 0.005, 0.0005]);
});
