/** Stand close to the word before. */
const closing = /^(?:[.,:;!?%)\]}»”…]|\.{2,}|['’]\p{L}.*)$/u;
/** Stand close to the word behind. */
const opening = /^[([{«„¿¡#$£]$/u;
/** Open and close in turns. */
const quotes = ['"', "'", '’'];

/**
 * A sentence of its tokens, for scoring and for reading: the inverse of `tokenize` where a text is set as usual.
 * Closing punctuation joins the word before it, opening punctuation the word behind, a slash both; of quotation marks
 * that look alike on both sides, the first opens and the second closes; “ closes what „ has opened, and opens
 * elsewhere.
 */
export function detokenize(tokens: readonly string[]): string {
  const open = new Set<string>();
  let text = '';
  let joinsNext = true;
  for (const token of tokens) {
    const { left, right } = sidesOf(token, open);
    text += joinsNext || left ? token : ` ${token}`;
    joinsNext = right;
  }
  return text;
}

/** Whether a token joins what stands before and behind it; notes the quotation marks that are open. */
function sidesOf(token: string, open: Set<string>): { left: boolean; right: boolean } {
  if (token === '/') return { left: true, right: true };
  if (token === '“' && open.delete('„')) return { left: true, right: false };
  if (token === '“') return { left: false, right: true };
  if (quotes.includes(token)) {
    if (open.delete(token)) return { left: true, right: false };
    open.add(token);
    return { left: false, right: true };
  }
  if (token === '„') open.add(token);
  return { left: closing.test(token), right: opening.test(token) };
}
