import type { FolderDataset, GeneratedDataset, OpenedFolder, Part } from '../dataset.ts';

/** Running text: paragraphs in order, none of them blank. */
export interface PlainText {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

/** Running text in files that have been read. */
export interface OpenedPlainText extends OpenedFolder {
  readonly text: PlainText;
}

/** Running text in a folder; its examples are lines of the files. */
export type PlainTextFolder<Name extends string = string> = FolderDataset<Name, OpenedPlainText> & {
  readonly sort: 'text';
  readonly examples: Readonly<Record<Part, number>>;
};

/** Running text that follows from the program; its examples are paragraphs. */
export type GeneratedPlainText<Name extends string = string> = GeneratedDataset<Name> & {
  readonly sort: 'text';
  readonly examples: Readonly<Record<Part, number>>;
  generate(): PlainText;
};
