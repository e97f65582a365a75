import { expect, test } from 'vitest';
import { magnitude } from '../../../harness/methods/sparse/magnitude.ts';
import { highest, magnitudes } from '../../../harness/sparse/selection.ts';
import { imageTraining } from '../../../harness/tasks/image/training.ts';
import { imageEvaluationStep, imageTrainingStep } from '../../../harness/train/image-steps.ts';
import { trainLoop } from '../../../harness/train/loop.ts';
import '../../helpers/engine.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('trains as the dense network does, then keeps the largest weights of all layers and trains these', async () => {
  const setUp = sparseSetUp(magnitude, { training: { epochs: 2 } });
  const { data, dataset, training, streams, context, keep } = setUp;
  const model = tinyModel({ method: 'dense' });
  const loop = imageTraining({
    data,
    dataset,
    streams,
    phases: [{ label: 'train', training }],
    model,
    step: imageTrainingStep(model, training, 'weight-decay'),
    evaluation: imageEvaluationStep(model),
  });
  const dense = await trainLoop({ ...loop, curve: [], onProgress: () => undefined, onPoint: async () => undefined });
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
  const computed = (points: typeof curve) => points.map(({ at, values }) => ({ at, values }));
  expect(computed(curve.slice(0, 2))).toEqual(computed(dense.curve));
  expect(context.masks()).toEqual(expected);
  expect(curve.map(({ values }) => Number(values.learning_rate!.toFixed(6)))).toEqual([0.05, 0.005, 0.0005]);
});
