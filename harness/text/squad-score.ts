import { countsOf, matches } from './ngrams.ts';
import { wordsOf } from './whitespace.ts';

/**
 * The scores of SQuAD 1.1 (Rajpurkar et al. 2016) as its published script, `evaluate-v1.1.py`, computes them: each answer is
 * held against all that people gave, and the best of these counts. The script prints them in hundredths.
 */

/** Python's `string.punctuation`. */
const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g;

/** Whole words only, whose ends are as in Python's `\b`: letters, numbers and `_` belong to words. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** An answer in small letters, without punctuation and then without articles, its words one space apart. */
export function normalizedAnswer(answer: string): string {
  return wordsOf(answer.toLowerCase().replace(punctuation, '').replace(articles, ' ')).join(' ');
}

/** 1 where two answers are the same but for what `normalizedAnswer` leaves out, else 0. */
export function exactMatch(given: string, wanted: string): number {
  return normalizedAnswer(given) === normalizedAnswer(wanted) ? 1 : 0;
}

/**
 * 2PR/(P + R) of precision P and recall R over words, each counted as often as both answers have it; 0 where they share
 * none.
 */
export function wordF1(given: string, wanted: string): number {
  const [words, others] = [given, wanted].map((answer) => wordsOf(normalizedAnswer(answer))) as [string[], string[]];
  const same = matches(countsOf(words), countsOf(others));
  if (same === 0) return 0;
  const [precision, recall] = [same / words.length, same / others.length];
  return (2 * precision * recall) / (precision + recall);
}

/** Both scores of answers, means over the questions, in 0..1. */
export interface SquadScore {
  exactMatch: number;
  f1: number;
}

/**
 * @param given an answer for each question
 * @param wanted what people answered, one at least for each question
 */
export function squadScore(given: readonly string[], wanted: readonly (readonly string[])[]): SquadScore {
  const meanOf = (score: (given: string, wanted: string) => number) =>
    given.reduce((sum, answer, at) => sum + Math.max(...wanted[at]!.map((one) => score(answer, one))), 0) /
    given.length;
  return { exactMatch: meanOf(exactMatch), f1: meanOf(wordF1) };
}
