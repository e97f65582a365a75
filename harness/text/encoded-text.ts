import { tokenize } from './tokenizer.ts';
import { bosId, eosId, unknownId, type Vocabulary } from './vocabulary.ts';

/** How WikiText writes a word that its own vocabulary lacks. */
const unknownWord = '<unk>';

/** The words of a paragraph; those that the text itself has left out are null. */
export function paragraphWords(paragraph: string, lowerCase: boolean): (string | null)[] {
  const parts = paragraph.split(unknownWord).map((part) => tokenize(part, { lowerCase }));
  return parts.flatMap((words, index) => (index === 0 ? words : [null, ...words]));
}

/** How often each word occurs in paragraphs. */
export function wordFrequencies(paragraphs: readonly string[], lowerCase: boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const paragraph of paragraphs) {
    for (const word of paragraphWords(paragraph, lowerCase)) {
      if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

/** Sequences of one length, one after the other. */
export interface Sequences {
  readonly count: number;
  readonly length: number;
  /** [count, length] */
  readonly tokens: Int32Array;
}

/**
 * Paragraphs as one stream of tokens, an <eos> behind each, cut into sequences: <bos> and length − 1 tokens of the
 * stream. What is left at the end is no whole sequence, and left out.
 */
export function sequencesOf(
  paragraphs: readonly string[],
  vocabulary: Vocabulary,
  { length, lowerCase }: { length: number; lowerCase: boolean },
): Sequences {
  const encoded = paragraphs.map((paragraph) => encodedParagraph(paragraph, vocabulary, lowerCase));
  const stream = new Int32Array(encoded.reduce((sum, { length: own }) => sum + own, 0));
  let end = 0;
  for (const own of encoded) {
    stream.set(own, end);
    end += own.length;
  }
  const body = length - 1;
  const count = Math.floor(stream.length / body);
  const tokens = new Int32Array(count * length);
  for (let row = 0; row < count; row++) {
    tokens[row * length] = bosId;
    tokens.set(stream.subarray(row * body, (row + 1) * body), row * length + 1);
  }
  return { count, length, tokens };
}

function encodedParagraph(paragraph: string, vocabulary: Vocabulary, lowerCase: boolean): Int32Array {
  const ids = paragraphWords(paragraph, lowerCase).flatMap((word) =>
    word === null ? [unknownId] : vocabulary.encode([word]),
  );
  return Int32Array.from([...ids, eosId]);
}

/** Some of the sequences, from `from` to before `to`; views into the same numbers. */
export function slicedSequences({ count, length, tokens }: Sequences, from: number, to: number): Sequences {
  const [first, last] = [Math.min(from, count), Math.min(to, count)];
  return { count: last - first, length, tokens: tokens.subarray(first * length, last * length) };
}
