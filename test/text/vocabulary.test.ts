import { describe, expect, it, test } from 'vitest';
import { UsageError } from '../../harness/errors.ts';
import {
  eosId,
  learnVocabulary,
  padId,
  readVocabulary,
  requireVocabulary,
  unknownId,
  vocabularyJson,
} from '../../harness/text/vocabulary.ts';

const frequencies = new Map([
  ['low', 5],
  ['lower', 2],
  ['newest', 6],
  ['widest', 3],
]);
const vocabulary = learnVocabulary(frequencies, 8);

test('specials first, then symbols by frequency, then the characters and parts that no word shows', () => {
  const e = '\ue000';
  // w: within lower (2) and widest (3).
  expect(vocabulary.symbols.slice(0, 8)).toEqual([
    '<pad>',
    '<bos>',
    '<eos>',
    '<unk>',
    `newest${e}`,
    `low${e}`,
    'w',
    `dest${e}`,
  ]);
  expect(new Set(vocabulary.symbols).size).toBe(vocabulary.symbols.length);
  for (const symbol of ['l', 's', `t${e}`, `est${e}`, `w${e}`]) expect(vocabulary.symbols).toContain(symbol);
});

test('encode and decode are inverse on words of known characters', () => {
  const words = ['lowest', 'low', 'newer', 'wide', 'widest'];
  // "wide" ends in an e that ends no word of the text.
  const known = words.filter((word) => word !== 'wide');
  expect(vocabulary.encode(known)).not.toContain(unknownId);
  expect(vocabulary.decode(vocabulary.encode(known))).toEqual(known);
  expect(vocabulary.encode(['newest', 'low'])).toEqual([4, 5]);
  expect(vocabulary.encode(['wide'])).toContain(unknownId);
});

test('decode ends at <eos>, leaves <pad> and <bos> out and shows <unk> as a word', () => {
  expect(vocabulary.decode([1, 4, padId, unknownId, 5, eosId, 4])).toEqual(['newest', '<unk>', 'low']);
  expect(vocabulary.decode([eosId])).toEqual([]);
  expect(() => vocabulary.decode([vocabulary.symbols.length])).toThrow('is not in 0..');
});

describe('as JSON', () => {
  const json = vocabularyJson(vocabulary);

  it('comes back with the same digest and ids', () => {
    const read = readVocabulary(json, 'v.json');
    expect(read.digest).toBe(vocabulary.digest);
    expect(read.encode(['lowest', 'xyz'])).toEqual(vocabulary.encode(['lowest', 'xyz']));
    expect(vocabularyJson(read)).toBe(json);
  });

  it.each([
    ['{', 'v.json: is not JSON'],
    ['[]', 'v.json: is not a vocabulary'],
    [json.replace('"symbols"', '"tokens"'), 'v.json: is not a vocabulary'],
    [json.replace('<unk>', '<UNK>'), 'v.json: holds a vocabulary with digest'],
  ])('is refused where damaged', (text, message) => {
    expect(() => readVocabulary(text, 'v.json')).toThrow(message);
    expect(() => readVocabulary(text, 'v.json')).toThrow(UsageError);
  });
});

test('the digest depends on merges and symbols, not on the order of the table', () => {
  expect(learnVocabulary(new Map([...frequencies].reverse()), 8).digest).toBe(vocabulary.digest);
  expect(learnVocabulary(frequencies, 7).digest).not.toBe(vocabulary.digest);
  expect(vocabulary.digest).toMatch(/^[0-9a-f]{64}$/);
});

test('a checkpoint of another vocabulary is refused', () => {
  expect(() => requireVocabulary(vocabulary, vocabulary.digest, 'c')).not.toThrow();
  expect(() => requireVocabulary(vocabulary, 'f00', 'a.ckpt')).toThrow(
    `a.ckpt was trained with vocabulary f00, but that of the data is ${vocabulary.digest}`,
  );
});
