import { expect, test } from 'vitest';
import { loadImages } from '../../../harness/data/images/images.ts';
import { standInImages } from '../../../harness/data/images/stand-in.ts';
import { datasetNamed } from '../../../harness/data/registry.ts';

test('have the shapes and all labels of their data set, and differ by part', () => {
  const set = datasetNamed('tiny-imagenet');
  const train = standInImages(set, 'train', 2000);
  expect(train.images).toHaveLength(2000 * 64 * 64 * 3);
  expect(new Set(train.labels).size).toBe(200);
  expect(Math.max(...train.labels)).toBe(199);
  const few = standInImages(set, 'train', 5);
  expect(few.images).toEqual(train.images.subarray(0, few.images.length));
  expect(standInImages(set, 'test', 5).images).not.toEqual(few.images);
});

test('are loaded without files, and tell that they are generated', async () => {
  const spec = {
    name: 'cifar-100',
    trainExamples: 6,
    testExamples: 3,
    flip: true,
    cropPadding: 4,
    normalization: 'dataset',
    standIn: true,
  } as const;
  const data = await loadImages(spec, null);
  expect(data).toMatchObject({
    source: 'generated',
    classes: 100,
    height: 32,
    train: { count: 6 },
    test: { count: 3 },
  });
  const { standIn: _, ...real } = spec;
  await expect(loadImages(real, null)).rejects.toThrow(/cifar-100 needs its files/);
  await expect(loadImages({ ...spec, testExamples: 10_001 }, null)).rejects.toThrow(/testExamples: 10001 images/);
});
