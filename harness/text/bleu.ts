import { mtevalTokens } from './mteval-tokens.ts';
import { countsOf, matches, ngramsOf } from './ngrams.ts';
import { requirePairs, scoreVersion } from './score-version.ts';
import { trimmedEnd } from './whitespace.ts';

/** Longest n-grams that count. */
const order = 4;

/** BLEU of a corpus (Papineni et al. 2002), with what it was computed from. */
export interface Bleu {
  /** 0 to 100. */
  readonly score: number;
  /** Smoothed precisions of n = 1 to 4, in percent. */
  readonly precisions: readonly number[];
  /** n-grams of the hypotheses that their references hold, each at most as often as there. */
  readonly correct: readonly number[];
  /** n-grams of the hypotheses. */
  readonly total: readonly number[];
  readonly brevityPenalty: number;
  /** Tokens of all hypotheses, and of all references. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
}

export interface BleuOptions {
  /** Compare without regard to case. */
  readonly lowerCase: boolean;
}

/** How the score is computed, in sacreBLEU's words: equal signatures are comparable scores. */
export function bleuSignature({ lowerCase }: BleuOptions): string {
  return `nrefs:1|case:${lowerCase ? 'lc' : 'mixed'}|eff:no|tok:13a|smooth:exp|version:${scoreVersion}`;
}

/**
 * BLEU = BP · exp(¼ Σ_n log p_n),  BP = min(1, exp(1 − r/h)),  as sacreBLEU computes it by default: detokenized text,
 * one reference a sentence, tokens of `13a`, counts summed over the corpus. The k-th order without a match has
 * precision 1 / (2^k · total) instead of 0 (exponential smoothing). The score is 0 where no word matches, or where no
 * hypothesis has four tokens.
 * @param hypotheses translations, one string a sentence
 * @param references as many
 */
export function bleu(hypotheses: readonly string[], references: readonly string[], options: BleuOptions): Bleu {
  requirePairs('bleu', hypotheses, references);
  const correct = new Array<number>(order).fill(0);
  const total = new Array<number>(order).fill(0);
  let hypothesisLength = 0;
  let referenceLength = 0;
  hypotheses.forEach((line, index) => {
    const hypothesis = scoredTokens(line, options);
    const reference = scoredTokens(references[index]!, options);
    hypothesisLength += hypothesis.length;
    referenceLength += reference.length;
    for (let n = 1; n <= order; n++) {
      const found = countsOf(ngramsOf(hypothesis, n, ' '));
      correct[n - 1]! += matches(found, countsOf(ngramsOf(reference, n, ' ')));
      total[n - 1]! += Math.max(0, hypothesis.length - n + 1);
    }
  });
  const brevityPenalty = penaltyOf(hypothesisLength, referenceLength);
  const precisions = smoothedPrecisions(correct, total);
  const mean = precisions.reduce((sum, precision) => sum + Math.log(precision), 0) / order;
  const score = brevityPenalty * Math.exp(mean);
  return { score, precisions, correct, total, brevityPenalty, hypothesisLength, referenceLength };
}

function scoredTokens(line: string, { lowerCase }: BleuOptions): string[] {
  return mtevalTokens(trimmedEnd(lowerCase ? line.toLowerCase() : line));
}

function penaltyOf(hypothesisLength: number, referenceLength: number): number {
  if (hypothesisLength >= referenceLength) return 1;
  return hypothesisLength === 0 ? 0 : Math.exp(1 - referenceLength / hypothesisLength);
}

function smoothedPrecisions(correct: readonly number[], total: readonly number[]): number[] {
  if (correct.every((count) => count === 0)) return correct.map(() => 0);
  let smoothing = 1;
  return correct.map((count, index) => {
    const all = total[index]!;
    if (all === 0) return 0;
    if (count === 0) smoothing *= 2;
    return count === 0 ? 100 / (smoothing * all) : (100 * count) / all;
  });
}
