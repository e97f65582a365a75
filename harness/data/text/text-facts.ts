import type { TextDatasetSpec } from '../../spec/text.ts';
import { generatedPairDefaults } from './generated-pair.ts';

/** What is known of a data set of sentence pairs without its files. */
export interface TextFacts {
  /** Its name as its authors write it. */
  readonly title: string;
  /**
   * Sentence pairs of the whole set. Of IWSLT'14 those that are kept where Moses splits words (fairseq's
   * `prepare-iwslt14.sh`); words split otherwise change a few pairs' ratios.
   */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

export const textFacts: Readonly<Record<TextDatasetSpec['name'], TextFacts>> = {
  multi30k: { title: 'Multi30k', train: 29_000, valid: 1014, test: 1000 },
  'iwslt14-de-en': { title: "IWSLT'14 German-English", train: 160_239, valid: 7283, test: 6750 },
  'generated-pair': { title: 'generated language pair', ...generatedPairDefaults },
};
