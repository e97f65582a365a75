import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { obd } from '../../../harness/methods/sparse/obd.ts';
import { streamsOf } from '../../../harness/random.ts';
import { fisherDiagonal } from '../../../harness/sparse/scores/fisher.ts';
import { chunksOf, drawn, labelledByModel } from '../../../harness/sparse/scores/model-labels.ts';
import { imageFeeds } from '../../../harness/train/image-steps.ts';
import '../../helpers/engine.ts';
import { sparseSetUp } from '../../helpers/sparse-training.ts';

test.each([
  [0, 0],
  [0.24, 0],
  [0.26, 2],
  [0.99, 2],
])('drawn by %d of probabilities 1/4, 0 and 3/4 is class %i', (uniform, label) => {
  expect(drawn([0.25, 0, 0.75], uniform)).toBe(label);
});

test('drawn is the last class where rounded probabilities sum to less than the number', () => {
  expect(drawn([0.5, 0.4999], 0.99999)).toBe(1);
});

function batchOf() {
  const { context, model } = sparseSetUp(obd, { trainExamples: 64 });
  const batch = context.images!.batch('examples', 40);
  return { context, model, batch };
}

test('labels are as frequent as the network predicts them, follow from the stream, and leave the images', () => {
  const { context, model, batch } = batchOf();
  const { images } = imageFeeds(batch, [8, 8, 3]);
  const predicted = tf.tidy(
    () => tf.softmax(model.apply(images, { training: false }) as never) as never as typeof images,
  );
  const probabilities = predicted.arraySync() as number[][];
  const counts = probabilities.map(() => [0, 0, 0]);
  const rounds = 400;
  const uniform = streamsOf('labels', 0)('draws');
  const tensors = tf.memory().numTensors;
  for (let round = 0; round < rounds; round++) {
    const labelled = labelledByModel(context, batch, uniform, 16);
    expect(labelled.images).toBe(batch.images);
    labelled.labels.forEach((label, n) => {
      counts[n]![label]!++;
    });
  }
  expect(tf.memory().numTensors).toBe(tensors);
  // Four standard deviations of a share, of 120 shares.
  probabilities.forEach((row, n) => {
    row.forEach((p, label) => {
      const tolerance = 4.5 * Math.sqrt((p * (1 - p)) / rounds) + 1e-9;
      expect(Math.abs(counts[n]![label]! / rounds - p)).toBeLessThan(tolerance);
    });
  });
  const once = () => labelledByModel(context, batch, context.stream('labels'), 16).labels;
  expect(once()).toEqual(once());
  expect(once()).not.toEqual(batch.labels);
});

test('however many examples go through at once, the labels are the same', () => {
  const { context, batch } = batchOf();
  const labels = [7, 40].map((chunk) => labelledByModel(context, batch, context.stream('labels'), chunk).labels);
  expect(labels[0]).toEqual(labels[1]);
});

test('the scores of a network do not depend on the labels of the data', () => {
  const { context, batch } = batchOf();
  const other = { ...batch, labels: batch.labels.map((label) => (label + 1) % 3) };
  const [first, second] = [batch, other].map((examples) => {
    return fisherDiagonal(context, labelledByModel(context, examples, context.stream('labels'), 16));
  });
  expect(first).toEqual(second);
  expect(first).not.toEqual(fisherDiagonal(context, batch));
});

test('chunks are consecutive, and the last one may be smaller', () => {
  const batch = {
    size: 5,
    images: Float32Array.from({ length: 10 }, (_, i) => i),
    labels: Int32Array.of(1, 2, 0, 1, 2),
  };
  const chunks = [...chunksOf(batch, 2)];
  expect(chunks.map(({ from, part }) => [from, part.size])).toEqual([
    [0, 2],
    [2, 2],
    [4, 1],
  ]);
  expect(chunks.flatMap(({ part }) => [...part.images])).toEqual([...batch.images]);
  expect(chunks.flatMap(({ part }) => [...part.labels])).toEqual([...batch.labels]);
});
