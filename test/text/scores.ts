import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Scores {
  bleu: number;
  bleuLowerCase: number;
  chrf: number;
}

/** What `fixtures/scores.py` stored of sacreBLEU. */
export interface StoredScores {
  sacrebleu: string;
  signatures: Record<keyof Scores, string>;
  corpus: Scores & {
    correct: number[];
    total: number[];
    precisions: number[];
    brevityPenalty: number;
    hypothesisLength: number;
    referenceLength: number;
  };
  /** Corpora of ten pairs each. */
  tens: Scores[];
  pairs: ({ hypothesis: string; reference: string; tokens: string } & Scores)[];
}

export const stored = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'scores.json'), 'utf8'),
) as StoredScores;
export const hypotheses = stored.pairs.map((pair) => pair.hypothesis);
export const references = stored.pairs.map((pair) => pair.reference);
