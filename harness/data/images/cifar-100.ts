import { recordImages } from './image-records.ts';

/** CIFAR-100 (Krizhevsky 2009) in its binary version. The superclass is checked, and left out. */
export const cifar100 = recordImages({
  name: 'cifar-100',
  title: 'CIFAR-100',
  classes: 100,
  side: 32,
  channels: 3,
  examples: { train: 50_000, test: 10_000 },
  moments: { mean: [0.5071, 0.4865, 0.4409], standardDeviation: [0.2673, 0.2564, 0.2762] },
  folder: 'cifar-100-binary',
  files: 'binary version: `train.bin`, `test.bin`',
  trainFiles: ['train.bin'],
  testFile: 'test.bin',
  labels: [
    { name: 'coarse label', values: 20 },
    { name: 'fine label', values: 100 },
  ],
  archive: {
    file: 'cifar-100-binary.tar.gz',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    bytes: 168_513_733,
    md5: '03b5dce01913d631647c71ecec9e9cb8',
  },
});
