import type { DatasetSpec } from '../../spec/spec.ts';
import { generatedChannels, generatedClasses, generatedDefaults, generatedSide } from './generated.ts';

/** What is known of a data set without its files. */
export interface DatasetFacts {
  /** Its name as its authors write it. */
  readonly title: string;
  readonly classes: number;
  /** Height and width of the square images. */
  readonly side: number;
  readonly channels: number;
  /** Images of the whole published set. */
  readonly train: number;
  readonly test: number;
}

export const datasetFacts: Readonly<Record<DatasetSpec['name'], DatasetFacts>> = {
  'cifar-10': { title: 'CIFAR-10', classes: 10, side: 32, channels: 3, train: 50_000, test: 10_000 },
  'cifar-100': { title: 'CIFAR-100', classes: 100, side: 32, channels: 3, train: 50_000, test: 10_000 },
  'tiny-imagenet': { title: 'Tiny-ImageNet', classes: 200, side: 64, channels: 3, train: 100_000, test: 10_000 },
  generated: {
    title: 'generated images',
    classes: generatedClasses,
    side: generatedSide,
    channels: generatedChannels,
    ...generatedDefaults,
  },
};
