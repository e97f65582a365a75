import { joinSymbols, learnMerges, type Merge, mergeWords } from './byte-pair-encoding.ts';

/** The first ids of every vocabulary. */
export const specials = ['<pad>', '<bos>', '<eos>', '<unk>'] as const;
export const padId = 0;
/** Before the first token that a decoder predicts. */
export const bosId = 1;
/** After the last one. */
export const eosId = 2;
/** A symbol that the training text does not hold. */
export const unknownId = 3;

/** The symbols of a text, or of both languages of a pair, as numbers. */
export interface Vocabulary {
  /** By id; the special tokens first. */
  readonly symbols: readonly string[];
  /** In the order in which they were learnt. */
  readonly merges: readonly Merge[];
  /** Ids of a sentence of words, without <bos> and <eos>. */
  encode(words: readonly string[]): number[];
  /** The words of a sentence up to the first <eos>; <pad> and <bos> are left out, <unk> stays as a word of its own. */
  decode(ids: readonly number[]): string[];
}

/**
 * The vocabulary of a training text: learns `merges` merges from its words, and holds the symbols that its words then
 * consist of, the most frequent first, equally frequent ones in order of UTF-16 code units. Characters that occur only
 * within larger symbols are held too, so that any word of known characters can be written.
 * @param frequencies how often each word occurs, of both languages together
 */
export function learnVocabulary(frequencies: ReadonlyMap<string, number>, merges: number): Vocabulary {
  const learnt = learnMerges(frequencies, merges);
  const split = mergeWords(learnt);
  const characters = mergeWords([]);
  const counts = new Map<string, number>();
  for (const [word, frequency] of frequencies) {
    for (const symbol of split(word)) counts.set(symbol, (counts.get(symbol) ?? 0) + frequency);
    for (const symbol of characters(word)) counts.set(symbol, counts.get(symbol) ?? 0);
  }
  // Parts of merges can be left over in words that the training text does not hold.
  for (const symbol of learnt.flat()) counts.set(symbol, counts.get(symbol) ?? 0);
  const symbols = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([symbol]) => symbol);
  return vocabularyOf(learnt, [...specials, ...symbols]);
}

/** The vocabulary of merges and symbols that were learnt before. */
export function vocabularyOf(merges: readonly Merge[], symbols: readonly string[]): Vocabulary {
  const ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  const split = mergeWords(merges);
  return {
    symbols,
    merges,
    encode: (words) => words.flatMap((word) => split(word).map((symbol) => ids.get(symbol) ?? unknownId)),
    decode(ids) {
      const end = ids.indexOf(eosId);
      const kept = (end < 0 ? ids : ids.slice(0, end)).filter((id) => id !== padId && id !== bosId);
      return joinSymbols(kept.map((id) => symbolOf(symbols, id)));
    },
  };
}

function symbolOf(symbols: readonly string[], id: number): string {
  const symbol = symbols[id];
  if (symbol === undefined) throw new Error(`vocabulary: id ${id} is not in 0..${symbols.length - 1}`);
  // As a word: what is unknown may be the end of one.
  return id === unknownId ? `\ue000${symbol}\ue000` : symbol;
}
