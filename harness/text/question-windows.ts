import { bosId, eosId, padId, type Vocabulary } from './vocabulary.ts';
import { type WordSpan, wordSpans } from './word-spans.ts';

/** A question on a passage. */
export interface Question {
  readonly id: string;
  readonly passage: string;
  readonly question: string;
  /** One at least: what people answered, and where in the passage it begins, in UTF-16 code units. */
  readonly answers: readonly { readonly text: string; readonly start: number }[];
}

/** How questions are read. */
export interface WindowOptions {
  readonly length: number;
  readonly stride: number;
  readonly questionTokens: number;
  readonly lowerCase: boolean;
}

/** A part of a passage behind its question: what an encoder reads at once. */
export interface QuestionWindow {
  /** Which question, by its index. */
  readonly question: number;
  /** [length]: <bos>, question, <eos>, part of the passage, <eos>, padding. */
  readonly tokens: Int32Array;
  /** Where the passage's part begins and how many tokens it has. */
  readonly from: number;
  readonly count: number;
  /** The first of these tokens in the passage. */
  readonly first: number;
  /** The first and the last token of the first answer; 0, the window's beginning, where the part does not hold it. */
  readonly start: number;
  readonly end: number;
}

/** A passage as tokens, and the place of the word that each is a part of. */
export interface EncodedPassage {
  readonly tokens: readonly number[];
  readonly words: readonly WordSpan[];
  /** The index of each token's word. */
  readonly wordOf: readonly number[];
}

export function encodedPassage(passage: string, vocabulary: Vocabulary, lowerCase: boolean): EncodedPassage {
  const words = wordSpans(passage, { lowerCase });
  const encoded = words.map(({ word }) => vocabulary.encode([word]));
  return { tokens: encoded.flat(), words, wordOf: encoded.flatMap((ids, index) => ids.map(() => index)) };
}

/**
 * The windows of a question: the question's first tokens, and passages that are too long for one window in parts that
 * begin a stride apart, until one holds the end (Devlin et al. 2019, released code).
 */
export function windowsOf(
  question: Pick<Question, 'question' | 'answers'>,
  index: number,
  passage: EncodedPassage,
  vocabulary: Vocabulary,
  { length, stride, questionTokens, lowerCase }: WindowOptions,
): QuestionWindow[] {
  const asked = vocabulary
    .encode(wordSpans(question.question, { lowerCase }).map(({ word }) => word))
    .slice(0, questionTokens);
  const from = asked.length + 2;
  const room = length - from - 1;
  if (room < 1)
    throw new Error(`question windows: ${length} tokens leave no room behind ${asked.length} of a question`);
  const answer = answerTokens(question.answers[0]!, passage);
  const windows: QuestionWindow[] = [];
  for (let first = 0; ; first += Math.min(stride, room)) {
    const part = passage.tokens.slice(first, first + room);
    const tokens = new Int32Array(length).fill(padId);
    tokens.set([bosId, ...asked, eosId, ...part, eosId]);
    const holds = answer.first >= first && answer.last < first + part.length;
    const placeOf = (token: number) => (holds ? from + token - first : 0);
    windows.push({
      question: index,
      tokens,
      from,
      count: part.length,
      first,
      start: placeOf(answer.first),
      end: placeOf(answer.last),
    });
    if (first + room >= passage.tokens.length) return windows;
  }
}

/** The tokens of the words that an answer touches; an answer of no word touches none, and is at no token. */
function answerTokens(
  { text, start }: Question['answers'][number],
  { words, wordOf }: EncodedPassage,
): { first: number; last: number } {
  const end = start + text.length;
  const touches = (word: number) => words[word]!.to > start && words[word]!.from < end;
  const first = wordOf.findIndex(touches);
  const last = wordOf.findLastIndex(touches);
  return first < 0 ? { first: -1, last: -1 } : { first, last };
}

/** An answer that a window's scores give. */
export interface SpanAnswer {
  /** Tokens of the passage. */
  readonly first: number;
  readonly last: number;
  readonly score: number;
}

/**
 * The span of the window's part of the passage with the largest sum of the scores of its beginning and its end, of
 * `longest` tokens at most; of equal ones the first.
 */
export function bestSpan(
  { from, count, first }: QuestionWindow,
  start: ArrayLike<number>,
  end: ArrayLike<number>,
  longest: number,
): SpanAnswer {
  let best: SpanAnswer = { first, last: first, score: Number.NEGATIVE_INFINITY };
  for (let s = 0; s < count; s++) {
    for (let e = s; e < Math.min(count, s + longest); e++) {
      const score = start[from + s]! + end[from + e]!;
      if (score > best.score) best = { first: first + s, last: first + e, score };
    }
  }
  return best;
}

/** The text from the first token's word to the last one's, as it stands in the passage. */
export function spanText(passage: string, { words, wordOf }: EncodedPassage, { first, last }: SpanAnswer): string {
  const [begin, end] = [words[wordOf[first] ?? -1], words[wordOf[last] ?? -1]];
  return begin === undefined || end === undefined ? '' : passage.slice(begin.from, end.to);
}
