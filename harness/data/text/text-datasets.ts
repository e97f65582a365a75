import type { TextFileDatasetName } from '../../spec/text.ts';
import type { TextDataset } from '../file-dataset.ts';
import { iwslt14 } from './iwslt14.ts';
import { multi30k } from './multi30k.ts';

/** Every data set of sentence pairs that is read from files. */
export const textDatasets: Readonly<Record<TextFileDatasetName, TextDataset>> = {
  multi30k,
  'iwslt14-de-en': iwslt14,
};
