/** Names of data sets. */

/** Data sets of images that are read from files. */
export const fileDatasetNames = ['cifar-10', 'cifar-100', 'tiny-imagenet'] as const;
export type FileDatasetName = (typeof fileDatasetNames)[number];

/** Data sets of sentence pairs that are read from files. */
export const textFileDatasetNames = ['multi30k', 'iwslt14-de-en'] as const;
export type TextFileDatasetName = (typeof textFileDatasetNames)[number];

/** Data sets of running text that are read from files. */
export const plainTextFileDatasetNames = ['text', 'wikitext-103'] as const;
export type PlainTextFileDatasetName = (typeof plainTextFileDatasetNames)[number];

/** Data sets of questions on passages that are read from files. */
export const questionFileDatasetNames = ['squad'] as const;
export type QuestionFileDatasetName = (typeof questionFileDatasetNames)[number];

/** Data sets of triples (subject, relation, object) that are read from files. */
export const tripleFileDatasetNames = ['triples'] as const;
export type TripleFileDatasetName = (typeof tripleFileDatasetNames)[number];

/** Data sets of frames with labels that are read from files. */
export const frameFileDatasetNames = ['kaldi'] as const;
export type FrameFileDatasetName = (typeof frameFileDatasetNames)[number];
/** Data sets of images that are read from files and made binary. */
export const binaryImageFileDatasetNames = ['mnist'] as const;
export type BinaryImageFileDatasetName = (typeof binaryImageFileDatasetNames)[number];

/** Everything that lies in a folder of its own. */
export type DataFolderName =
  | FileDatasetName
  | TextFileDatasetName
  | PlainTextFileDatasetName
  | QuestionFileDatasetName
  | TripleFileDatasetName
  | FrameFileDatasetName
  | BinaryImageFileDatasetName;
export const dataFolderNames: readonly DataFolderName[] = [
  ...fileDatasetNames,
  ...textFileDatasetNames,
  ...plainTextFileDatasetNames,
  ...questionFileDatasetNames,
  ...tripleFileDatasetNames,
  ...frameFileDatasetNames,
  ...binaryImageFileDatasetNames,
];

/** Whether a data set is read from files. */
export function needsFiles<D extends { name: string }>(dataset: D): dataset is D & { name: DataFolderName } {
  return (dataFolderNames as readonly string[]).includes(dataset.name);
}
