import { merged, pairCounts } from './pair-counts.ts';

/** Two neighbouring symbols that become one. */
export type Merge = readonly [string, string];

/**
 * Behind the last character of a word, as a part of its symbol: `low` at the end of a word is another symbol than `low`
 * within one. A letter-like character of the private use area, so that text cannot be taken for it.
 */
export const endOfWord = '\ue000';

/**
 * Learns byte-pair merges (Sennrich et al. 2016, section 3.2) from how often each word occurs: words are split into
 * characters (code points), the last with the end of the word, and the most frequent pair of neighbours is merged,
 * again and again. Of equally frequent pairs, the first in order of UTF-16 code units is merged, so that the order of
 * the table does not matter. Ends early where no pair occurs `minimumCount` times.
 *
 * For a joint encoding of two languages, give the counts of both together.
 * @param merges how many to learn at most
 */
export function learnMerges(frequencies: ReadonlyMap<string, number>, merges: number, minimumCount = 2): Merge[] {
  const words = [...frequencies].map(([word, frequency]) => ({ symbols: charactersOf(word), frequency }));
  const counts = pairCounts(words);
  const learnt: Merge[] = [];
  while (learnt.length < merges) {
    const best = counts.best();
    if (best === null || best.count < minimumCount) break;
    learnt.push(best.pair);
    counts.merge(best.pair);
  }
  return learnt;
}

/**
 * A function from a word to its symbols: its characters, joined by the merges in the order in which they were learnt.
 * It remembers the words that it has seen.
 */
export function mergeWords(merges: readonly Merge[]): (word: string) => readonly string[] {
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const seen = new Map<string, readonly string[]>();
  const split = (word: string): readonly string[] => {
    let symbols = charactersOf(word);
    for (;;) {
      let first = Number.POSITIVE_INFINITY;
      for (let i = 0; i + 1 < symbols.length; i++) {
        first = Math.min(first, ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? first);
      }
      if (first === Number.POSITIVE_INFINITY) return symbols;
      symbols = merged(symbols, ...merges[first]!);
    }
  };
  return (word) => {
    const known = seen.get(word);
    if (known !== undefined) return known;
    const symbols = split(word);
    seen.set(word, symbols);
    return symbols;
  };
}

/** The words of a sequence of symbols; a last word without an end is one too. */
export function joinSymbols(symbols: readonly string[]): string[] {
  return symbols
    .join('')
    .split(endOfWord)
    .filter((word) => word !== '');
}

/** @throws Error where a word is empty or holds white space or the end of a word */
function charactersOf(word: string): string[] {
  if (word === '' || /[\s\ue000]/u.test(word)) {
    throw new Error(`byte-pair encoding: ${JSON.stringify(word)} is not a word; tokenize the text first`);
  }
  const characters = Array.from(word);
  characters.push(characters.pop()! + endOfWord);
  return characters;
}
