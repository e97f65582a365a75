import type { GeneratedPairSpec, LanguageName } from '../../spec/text.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder, Part } from '../dataset.ts';
import type { Corpus, TextPart } from './text-pair.ts';

/** What is known of a data set of sentence pairs without its files. */
export interface TextFacts {
  readonly sort: 'text-pairs';
  /** Sentence pairs of the whole set as it is used: those that cleaning keeps. */
  readonly examples: Readonly<Record<TextPart, number>>;
}

/** Parallel text whose files have been read, and whose sides fit. */
export interface OpenedText extends OpenedFolder {
  /** Its pairs from one of its languages to the other. */
  corpus(source: LanguageName, target: LanguageName): Corpus;
}

/** Parallel text in files. */
export type TextFolder<Name extends string = string> = FolderDataset<Name, OpenedText> &
  TextFacts & {
    /** Either may be translated into the other. */
    readonly languages: readonly LanguageName[];
  };

/** Parallel text that follows from the program. */
export type GeneratedText<Name extends string = string> = GeneratedDataset<Name> &
  TextFacts & {
    /** The most sentence pairs that a part has. */
    readonly limits: Readonly<Record<Part, number>>;
    /**
     * The text of a specification: `trainExamples` and `testExamples` pairs, or the default numbers.
     * @throws UsageError where more are asked for than there are
     */
    generate(spec: Pick<GeneratedPairSpec, 'trainExamples' | 'testExamples'>): Corpus;
  };
