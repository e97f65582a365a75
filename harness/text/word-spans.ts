import { tokenize } from './tokenizer.ts';

/** A word of a text and where it stands, in UTF-16 code units: from its first to before the one behind its last. */
export interface WordSpan {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** The words of a text as the tokenizer splits it, each with its place. In the text they keep their case. */
export function wordSpans(text: string, { lowerCase }: { lowerCase: boolean }): WordSpan[] {
  let end = 0;
  return tokenize(text, { lowerCase: false }).map((word) => {
    const from = text.indexOf(word, end);
    if (from < 0) throw new Error(`word spans: ${JSON.stringify(word)} does not stand in its text`);
    end = from + word.length;
    return { word: lowerCase ? word.toLowerCase() : word, from, to: end };
  });
}
