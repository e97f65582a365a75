import { recordImages } from './image-records.ts';

/** CIFAR-10 (Krizhevsky 2009) in its binary version. A folder may hold fewer than the five training batches. */
export const cifar10 = recordImages({
  name: 'cifar-10',
  title: 'CIFAR-10',
  classes: 10,
  side: 32,
  channels: 3,
  examples: { train: 50_000, test: 10_000 },
  moments: { mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.247, 0.2435, 0.2616] },
  folder: 'cifar-10-batches-bin',
  files: 'binary version: `data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`',
  trainFiles: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  testFile: 'test_batch.bin',
  labels: [{ name: 'label', values: 10 }],
  archive: {
    file: 'cifar-10-binary.tar.gz',
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  },
});
