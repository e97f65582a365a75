import { z } from 'zod';
import { textFileDatasetNames } from './datasets.ts';
import { count } from './words.ts';

/** The words of data sets of sentence pairs. */

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
