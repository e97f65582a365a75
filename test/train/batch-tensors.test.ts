import { expect, test } from 'vitest';
import { batchTensors } from '../../harness/train/batch-tensors.ts';
import '../helpers/engine.ts';

test('batchTensors copies the images and labels of a batch, whose buffer is used again', () => {
  const batch = { size: 2, images: Float32Array.of(1, 2, 3, 4), labels: Int32Array.of(7, 1) };
  const { images, labels } = batchTensors(batch, [1, 2, 1]);
  expect([images.shape, labels.shape, labels.dtype]).toEqual([[2, 1, 2, 1], [2], 'int32']);
  const doubled = images.mul(2);
  batch.images.fill(0);
  expect([...doubled.dataSync()]).toEqual([2, 4, 6, 8]);
  expect([...labels.dataSync()]).toEqual([7, 1]);
});
