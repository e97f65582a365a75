import { describe, expect, test } from 'vitest';
import { bestSpan, encodedPassage, type Question, spanText, windowsOf } from '../../harness/text/question-windows.ts';
import { bosId, eosId, learnVocabulary, padId } from '../../harness/text/vocabulary.ts';
import { wordSpans } from '../../harness/text/word-spans.ts';

const passage = 'Ann was born in Rome, in 1874. Bob made a red ship.';
const question: Question = {
  id: '1',
  passage,
  question: 'Where was Ann born?',
  answers: [{ text: 'Rome', start: passage.indexOf('Rome') }],
};
const words = wordSpans(`${passage} ${question.question}`, { lowerCase: true }).map(({ word }) => word);
const frequencies = new Map([...new Set(words)].map((word) => [word, 9]));
/** Enough merges that every word is one symbol. */
const vocabulary = learnVocabulary(frequencies, 500);
const encoded = encodedPassage(passage, vocabulary, true);
const options = { length: 32, stride: 4, questionTokens: 16, lowerCase: true };

test('words know where they stand in the text, in its own case', () => {
  const spans = wordSpans('İt’s A.B., no: “x”.', { lowerCase: true });
  for (const { from, to, word } of spans) expect('İt’s A.B., no: “x”.'.slice(from, to).toLowerCase()).toBe(word);
  expect(spans.length).toBeGreaterThan(5);
});

test('a window is <bos>, question, <eos>, passage, <eos> and padding, and knows the answer’s tokens', () => {
  const [window, ...others] = windowsOf(question, 3, encoded, vocabulary, options);
  expect(others).toEqual([]);
  const asked = vocabulary.encode(['where', 'was', 'ann', 'born', '?']);
  expect([...window!.tokens].slice(0, asked.length + 2)).toEqual([bosId, ...asked, eosId]);
  expect(window!.tokens[window!.from + window!.count]).toBe(eosId);
  expect(window!.tokens.at(-1)).toBe(padId);
  expect([...window!.tokens.subarray(window!.start, window!.end + 1)]).toEqual(vocabulary.encode(['rome']));
  expect(window!.question).toBe(3);
});

test('a long passage has windows a stride apart until one holds the end; those without the answer point to <bos>', () => {
  const windows = windowsOf(question, 0, encoded, vocabulary, { ...options, length: 16 });
  expect(windows.map(({ first }) => first)).toEqual(windows.map((_, index) => 4 * index));
  const last = windows.at(-1)!;
  expect(last.first + last.count).toBe(encoded.tokens.length);
  expect(windows.some(({ start }) => start === 0)).toBe(true);
  for (const { start, end, tokens } of windows.filter((window) => window.start > 0)) {
    expect([...tokens.subarray(start, end + 1)]).toEqual(vocabulary.encode(['rome']));
  }
});

test('long questions lose their ends', () => {
  const [window] = windowsOf(question, 0, encoded, vocabulary, { ...options, questionTokens: 2 });
  expect([...window!.tokens.subarray(0, 4)]).toEqual([bosId, ...vocabulary.encode(['where', 'was']), eosId]);
});

describe('the best span', () => {
  const [window] = windowsOf(question, 0, encoded, vocabulary, options);
  const scores = (peaks: Record<number, number>) =>
    Float32Array.from({ length: 32 }, (_, place) => peaks[place - window!.from] ?? 0);

  test('has the largest sum of both scores, the end not before the beginning', () => {
    const found = bestSpan(window!, scores({ 4: 3, 9: 4 }), scores({ 3: 2, 6: 2 }), 8);
    expect([found.first, found.last, found.score]).toEqual([4, 6, 5]);
    expect(spanText(passage, encoded, found)).toBe('Rome, in');
  });

  test('is at most as long as asked for, and within the passage', () => {
    const inQuestion = Float32Array.from({ length: 32 }, (_, place) => (place < window!.from ? 50 : 0));
    const found = bestSpan(window!, inQuestion, scores({ 7: 1 }), 1);
    expect([found.first, found.last]).toEqual([7, 7]);
  });

  test('of equal ones is the first', () => {
    expect(bestSpan(window!, scores({}), scores({}), 5)).toEqual({ first: 0, last: 0, score: 0 });
  });
});
