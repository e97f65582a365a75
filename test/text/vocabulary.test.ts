import { expect, test } from 'vitest';
import { eosId, learnVocabulary, padId, unknownId } from '../../harness/text/vocabulary.ts';

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

test('does not depend on the order of the table', () => {
  const reversed = learnVocabulary(new Map([...frequencies].reverse()), 8);
  expect(reversed.symbols).toEqual(vocabulary.symbols);
  const words = ['lowest', 'newer', 'widest'];
  expect(reversed.encode(words)).toEqual(vocabulary.encode(words));
});
