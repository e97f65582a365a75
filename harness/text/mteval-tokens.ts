import { wordsOf } from './whitespace.ts';

/**
 * The tokenization named `13a` in sacreBLEU's signatures: that of NIST's `mteval-v13a`, for scoring only. Entities are
 * decoded; then, one rule after the other over the line with a space before and behind:
 *
 * 1. ASCII symbols and punctuation stand alone, but for ' , - .
 * 2. A full stop or comma is split from a character before it that is not a digit, and then from one behind it.
 * 3. A hyphen is split from a digit before it.
 */
export function mtevalTokens(line: string): string[] {
  const text = decodeEntities(line.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' '));
  const split = ` ${text} `
    .replace(/[ -&(-+/:-@[-`{-~]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])-/g, '$1 - ');
  return wordsOf(split);
}

/** In this order: `&amp;lt;` becomes `<`. */
function decodeEntities(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
}
