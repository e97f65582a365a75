import { countsOf, matches, ngramsOf } from './ngrams.ts';
import { requirePairs, scoreVersion } from './score-version.ts';
import { wordsOf } from './whitespace.ts';

/** Longest n-grams of characters that count. */
const order = 6;
/** β: recall counts β times as much as precision. */
const beta = 2;

export interface ChrfOptions {
  /** Compare without case. */
  readonly lowerCase: boolean;
}

/** How the score is computed, in sacreBLEU's words. */
export function chrfSignature({ lowerCase }: ChrfOptions): string {
  return `nrefs:1|case:${lowerCase ? 'lc' : 'mixed'}|eff:yes|nc:${order}|nw:0|space:no|version:${scoreVersion}`;
}

/**
 * chrF2 of a corpus (Popović 2015), 0 to 100:  (1 + β²) P R / (β² P + R),  P and R the means, over the orders n = 1 to
 * 6 that both sides have, of precision and recall of character n-grams. White space does not count. Counts are summed
 * over the corpus; a hypothesis counts for an order only where its reference has n-grams of it.
 * @param hypotheses translations, one string a sentence
 * @param references as many
 */
export function chrf(
  hypotheses: readonly string[],
  references: readonly string[],
  { lowerCase }: ChrfOptions = { lowerCase: false },
): number {
  requirePairs('chrf', hypotheses, references);
  const characters = (line: string) => charactersOf(lowerCase ? line.toLowerCase() : line);
  const pairs = hypotheses.map((line, index) => [characters(line), characters(references[index]!)] as const);
  let precision = 0;
  let recall = 0;
  let orders = 0;
  for (let n = 1; n <= order; n++) {
    const { found, expected, matched } = statisticsOf(pairs, n);
    if (found === 0 || expected === 0) continue;
    precision += matched / found;
    recall += matched / expected;
    orders += 1;
  }
  if (precision + recall === 0) return 0;
  const [p, r] = [precision / orders, recall / orders];
  return (100 * (1 + beta ** 2) * p * r) / (beta ** 2 * p + r);
}

function statisticsOf(pairs: readonly (readonly [string[], string[]])[], n: number) {
  const sum = { found: 0, expected: 0, matched: 0 };
  for (const [hypothesis, reference] of pairs) {
    if (reference.length < n) continue;
    sum.found += Math.max(0, hypothesis.length - n + 1);
    sum.expected += reference.length - n + 1;
    sum.matched += matches(countsOf(ngramsOf(hypothesis, n, '')), countsOf(ngramsOf(reference, n, '')));
  }
  return sum;
}

/** Whole code points: a character outside the basic plane is one. */
function charactersOf(line: string): string[] {
  return Array.from(wordsOf(line).join(''));
}
