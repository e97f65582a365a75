import { expect, test } from 'vitest';
import { paragraphWords, sequencesOf, slicedSequences, wordFrequencies } from '../../harness/text/encoded-text.ts';
import { bosId, eosId, learnVocabulary, unknownId, vocabularyOf } from '../../harness/text/vocabulary.ts';

const paragraphs = ['The cat saw <unk> .', 'A cat sat.'];

test('words are the tokenizer’s, and what the text itself left out is no word', () => {
  expect(paragraphWords('The <unk> of <unk>', true)).toEqual(['the', null, 'of', null]);
  expect(wordFrequencies(paragraphs, true)).toEqual(
    new Map([
      ['the', 1],
      ['cat', 2],
      ['saw', 1],
      ['.', 2],
      ['a', 1],
      ['sat', 1],
    ]),
  );
});

test('sequences are <bos> and equal parts of one stream, an <eos> behind each paragraph; a rest is left out', () => {
  const vocabulary = learnVocabulary(wordFrequencies(paragraphs, true), 50);
  const id = (word: string) => vocabulary.encode([word]);
  const stream = [...id('the'), ...id('cat'), ...id('saw'), unknownId, ...id('.'), eosId, ...id('a'), ...id('cat')];
  const all = sequencesOf(paragraphs, vocabulary, { length: 5, lowerCase: true });
  expect(all.count).toBeGreaterThanOrEqual(2);
  expect([...all.tokens.subarray(0, 10)]).toEqual([bosId, ...stream.slice(0, 4), bosId, ...stream.slice(4, 8)]);
  const whole = ['the', 'cat', 'saw', '.', 'a', 'cat', 'sat', '.'].flatMap(id).length + 3;
  expect(all.count).toBe(Math.floor(whole / 4));
  expect([...slicedSequences(all, 1, 2).tokens]).toEqual([...all.tokens.subarray(5, 10)]);
  expect(slicedSequences(all, 1, 99).count).toBe(all.count - 1);
});

test('a vocabulary is the same from its merges and symbols', () => {
  const vocabulary = learnVocabulary(wordFrequencies(paragraphs, true), 50);
  const again = vocabularyOf(vocabulary.merges, vocabulary.symbols);
  expect(again.encode(['the', 'cats'])).toEqual(vocabulary.encode(['the', 'cats']));
});
