export interface TokenizerOptions {
  readonly lowerCase: boolean;
}

/**
 * Splits a sentence into words and punctuation, much like the Moses tokenizer, the same for every language. Letters,
 * marks and digits are those of Unicode. In order:
 *
 * 1. Control and private use characters count as white space.
 * 2. Whatever is not a letter, mark, digit or one of . , ' ’ - stands alone; so does an ellipsis of two or more stops.
 * 3. A comma stands alone unless it is between digits.
 * 4. An apostrophe before a letter and behind a letter or digit begins a token (`don 't`, `geht 's`), any other stands
 *    alone. A hyphen stays within its word.
 * 5. A full stop at the end of a word stands alone, unless the word has stops and letters before it (`U.S.`), or is
 *    followed by a word in lower case, or is an initial that another word follows (`J. Smith`).
 */
export function tokenize(line: string, { lowerCase }: TokenizerOptions): string[] {
  const words = line
    .replace(/[\p{Cc}\p{Co}]/gu, ' ')
    .replace(/[^\p{L}\p{M}\p{N}\p{Cf}\s.,'’-]|\.{2,}/gu, ' $& ')
    .replace(/(?<!\p{N}),|,(?!\p{N})/gu, ' , ')
    .replace(/(?<=[\p{L}\p{M}\p{N}])['’](?=\p{L})|(['’])/gu, (mark, alone) => (alone ? ` ${mark} ` : ` ${mark}`))
    .split(/\s+/u)
    .filter((word) => word !== '');
  const tokens = words.flatMap((word, index) => splitStop(word, words[index + 1]));
  return lowerCase ? tokens.map((token) => token.toLowerCase()) : tokens;
}

function splitStop(word: string, next: string | undefined): string[] {
  const stem = /^(.*[^.])\.$/u.exec(word)?.[1];
  if (stem === undefined) return [word];
  const abbreviation = stem.includes('.') && /\p{L}/u.test(stem);
  const inside = next !== undefined && (/^\p{Ll}/u.test(next) || (/^\p{Lu}$/u.test(stem) && /^\p{L}/u.test(next)));
  return abbreviation || inside ? [word] : [stem, '.'];
}
