import type { FileDatasetName } from '../../spec/spec.ts';
import type { FileDataset } from '../file-dataset.ts';
import { cifar10, cifar100 } from './cifar.ts';
import { tinyImagenet } from './tiny-imagenet.ts';

/** Every data set that is read from files. */
export const fileDatasets: Readonly<Record<FileDatasetName, FileDataset>> = {
  'cifar-10': cifar10,
  'cifar-100': cifar100,
  'tiny-imagenet': tinyImagenet,
};
