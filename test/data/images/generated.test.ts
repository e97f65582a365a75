import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generatedImages } from '../../../harness/data/images/generated.ts';
import type { ImageSet } from '../../../harness/data/images/image-set.ts';
import { linearAccuracy } from './softmax-regression.ts';

const { classes, generate } = generatedImages;
const train = generate('train', 2000);
const unseen = generate('test', 1000);

test('the generated images are the same everywhere and always', () => {
  const digest = ({ images, labels }: ImageSet) =>
    createHash('sha256').update(images).update(labels).digest('hex').slice(0, 16);
  expect(digest(generate('train', 20))).toBe('c0fd872afae108e5');
  expect(digest(generate('test', 20))).toBe('1f347bd1f97496cd');
});

test('a smaller set is the beginning of a larger one', () => {
  const few = generate('train', 37);
  expect(few.count).toBe(37);
  expect(Buffer.compare(few.images, train.images.subarray(0, 37 * 3072))).toBe(0);
  expect([...few.labels]).toEqual([...train.labels.subarray(0, 37)]);
});

test('training and test images differ', () => {
  const images = (set: ImageSet, count: number) =>
    Array.from({ length: count }, (_, n) =>
      Buffer.from(set.images.subarray(n * 3072, (n + 1) * 3072)).toString('base64'),
    );
  expect(new Set([...images(train, 500), ...images(unseen, 500)]).size).toBe(1000);
});

test('every ten images in a row hold each class once, in changing order', () => {
  const tens = Array.from({ length: 200 }, (_, n) => [...train.labels.subarray(n * 10, n * 10 + 10)]);
  for (const ten of tens) expect([...ten].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(tens.map((ten) => ten.join())).size).toBeGreaterThan(190);
});

test('a linear model on the pixels stays near chance', () => {
  expect(linearAccuracy(train, unseen, classes, 4)).toBeLessThan(0.25);
});

test('the same linear model learns once a block of brighter pixels tells the class', () => {
  expect(linearAccuracy(marked(train), marked(unseen), classes, 4)).toBeGreaterThan(0.8);
});

/** Brightens eight rows of three columns that the label chooses. */
function marked(set: ImageSet): ImageSet {
  const images = Uint8ClampedArray.from(set.images);
  for (let n = 0; n < set.count; n++) {
    for (let y = 0; y < 8; y++) {
      for (let i = 0; i < 9; i++) images[n * 3072 + y * 96 + set.labels[n]! * 9 + i]! += 60;
    }
  }
  return { ...set, images: new Uint8Array(images.buffer) };
}

test('5,000 images take less than two seconds of processor time', () => {
  const start = process.cpuUsage();
  generate('train', 5000);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(2);
});

test('the classes are their own mirror images: slopes to the left and to the right are equally frequent', () => {
  for (let label = 0; label < classes; label++) {
    const tilts = slopes(train, label).map(({ xx, yy, xy }) => xy / (xx + yy));
    const mean = tilts.reduce((sum, tilt) => sum + tilt, 0) / tilts.length;
    const variance = tilts.reduce((sum, tilt) => sum + (tilt - mean) ** 2, 0) / tilts.length;
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / tilts.length));
  }
});

test('the crests of class 0 are upright, those of class 1 level', () => {
  const shareX = (label: number) => {
    const all = slopes(train, label);
    return all.filter(({ xx, yy }) => xx > yy).length / all.length;
  };
  expect(shareX(0)).toBeGreaterThan(0.95);
  expect(shareX(1)).toBeLessThan(0.05);
});

/** Mean products of the differences to the right (x) and down (y) over the green pixels of each image of a class. */
function slopes(set: ImageSet, label: number): { xx: number; yy: number; xy: number }[] {
  const out: { xx: number; yy: number; xy: number }[] = [];
  for (let n = 0; n < set.count; n++) {
    if (set.labels[n] !== label) continue;
    const at = (y: number, x: number) => set.images[n * 3072 + (y * 32 + x) * 3 + 1]!;
    const sums = { xx: 0, yy: 0, xy: 0 };
    for (let y = 1; y < 31; y++) {
      for (let x = 1; x < 31; x++) {
        const dx = at(y, x + 1) - at(y, x - 1);
        const dy = at(y + 1, x) - at(y - 1, x);
        sums.xx += dx * dx;
        sums.yy += dy * dy;
        sums.xy += dx * dy;
      }
    }
    out.push(sums);
  }
  return out;
}
