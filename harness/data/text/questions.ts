import type { Question } from '../../text/question-windows.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder, Part } from '../dataset.ts';

/** Questions by part. */
export type QuestionParts = Readonly<Record<Part, readonly Question[]>>;

/** Questions in files that have been read. */
export interface OpenedQuestions extends OpenedFolder {
  readonly parts: QuestionParts;
}

/** Questions whose answers are spans of passages, in files. */
export type QuestionFolder<Name extends string = string> = FolderDataset<Name, OpenedQuestions> & {
  readonly sort: 'questions';
  readonly examples: Readonly<Record<Part, number>>;
};

/** Questions that follow from the program. */
export type GeneratedQuestions<Name extends string = string> = GeneratedDataset<Name> & {
  readonly sort: 'questions';
  readonly examples: Readonly<Record<Part, number>>;
  /** The most questions that a part has. */
  readonly limits: Readonly<Record<Part, number>>;
  /** The first questions of a part. */
  generate(part: Part, count: number): readonly Question[];
};
