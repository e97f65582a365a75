import { z } from 'zod';
import { plainTextFileDatasetNames, questionFileDatasetNames, textFileDatasetNames } from './datasets.ts';
import { count } from './words.ts';

/** The words of data sets of text: of sentence pairs, of running text, and of questions on passages. */

/** Languages that these hold. */
export const languageNames = ['de', 'en'] as const;
export type LanguageName = (typeof languageNames)[number];

const shared = {
  /** Training pairs used, the first that cleaning keeps; null: all. */
  trainExamples: count.nullable(),
  /** Test pairs used, the first of the files; null: the whole published set. */
  testExamples: count.nullable(),
  /** Whether both sides are trained on, and scored, without case. */
  lowerCase: z.boolean(),
  /** Byte-pair merges, learnt from both sides of the used training text together. */
  merges: z.int().min(0),
  /** Cleaning: training pairs with a side of more words or punctuation marks are skipped. */
  maxWords: count,
  /** Cleaning: training pairs with a side of more than so many times the words of the other are skipped; null: none. */
  maxRatio: z.number().min(1).nullable(),
  /**
   * Training pairs with a side of more tokens, <eos> or <bos> included, are skipped; the other parts must have none.
   */
  maxTokens: z.int().min(2),
};

export const textDatasetSchema = z.discriminatedUnion('name', [
  z
    .strictObject({
      name: z.enum(textFileDatasetNames),
      source: z.enum(languageNames),
      target: z.enum(languageNames),
      /** Present where sentences of the generated language pair stand in for the files. */
      standIn: z.literal(true).optional(),
      ...shared,
    })
    .refine(({ source, target }) => source !== target, 'source and target are one language; name two'),
  /** A generated pair of languages; needs no files. */
  z.strictObject({ name: z.literal('generated-pair'), ...shared }),
]);

export type TextDatasetSpec = z.infer<typeof textDatasetSchema>;
export type GeneratedPairSpec = Extract<TextDatasetSpec, { name: 'generated-pair' }>;

/** Running text, cut into sequences of one length. */
export const plainTextDatasetSchema = z.strictObject({
  /** `generated-text` needs no files. */
  name: z.enum([...plainTextFileDatasetNames, 'generated-text']),
  /** Text is generated in place of the data set's. */
  standIn: z.literal(true).optional(),
  /** Training sequences used at most, the first of the text; null: all that are not held out. */
  trainExamples: count.nullable(),
  /** Training sequences held out to select by, the last of the text; 0: none, and nothing is selected. */
  validationExamples: z.int().min(0).max(1e9),
  /** Test sequences used at most, the first of the text; null: all. */
  testExamples: count.nullable(),
  /** Whether words are taken without case. */
  lowerCase: z.boolean(),
  /** Byte-pair merges, learnt from the training text. */
  merges: z.int().min(0),
  /** Tokens of a sequence, the <bos> at its beginning included. */
  length: z.int().min(8).max(1e5),
});

/** Questions whose answers are spans of passages; question and passage are read in windows of tokens. */
export const questionDatasetSchema = z.strictObject({
  /** `generated-questions` need no files. */
  name: z.enum([...questionFileDatasetNames, 'generated-questions']),
  /** Questions used, the first of the files; null: all. */
  trainExamples: count.nullable(),
  testExamples: count.nullable(),
  /** Tokens of a window: <bos>, question, <eos>, a part of the passage, <eos>. */
  length: z.int().min(8).max(1e5),
  /** Tokens of the passage from the beginning of one window to that of the next. */
  stride: count.max(1e5),
  /** Longer questions lose their ends, in tokens. */
  questionTokens: count.max(1e5),
  /** Longest answer that is given, in tokens. */
  answerTokens: count.max(1e5),
});

export type PlainTextDatasetSpec = z.infer<typeof plainTextDatasetSchema>;
export type QuestionDatasetSpec = z.infer<typeof questionDatasetSchema>;
