import { describe, expect, it, test } from 'vitest';
import { detokenize } from '../../harness/text/detokenizer.ts';
import { tokenize } from '../../harness/text/tokenizer.ts';

const mixed = { lowerCase: false };

/** Sentence, tokens; the tokens give the sentence again. */
const sentences: [string, string][] = [
  ['Hello, world!', 'Hello , world !'],
  ['Ein Mann mit einem Hut, der etwas anstarrt.', 'Ein Mann mit einem Hut , der etwas anstarrt .'],
  ['Die Straße überquert (langsam) ein Mädchen.', 'Die Straße überquert ( langsam ) ein Mädchen .'],
  ["A boy sits on a woman's shoulders.", "A boy sits on a woman 's shoulders ."],
  ["They don't; it’s 1990's music.", "They don 't ; it ’s 1990 's music ."],
  ["Wie geht's?", "Wie geht 's ?"],
  ['A well-known T-shirt', 'A well-known T-shirt'],
  ['It costs $3.50, or 1,000.', 'It costs $ 3.50 , or 1,000 .'],
  ['He said "yes", then "no".', 'He said " yes " , then " no " .'],
  ['Er sagt „ja“ und “no”.', 'Er sagt „ ja “ und “ no ” .'],
  ['«Oui» and/or no... Well', '« Oui » and / or no ... Well'],
  ['The U.S. team, e.g. J. Smith.', 'The U.S. team , e.g. J. Smith .'],
  ['Plan B.', 'Plan B .'],
  ['a dog etc. and a cat', 'a dog etc. and a cat'],
  ['5. Mai: 50% [sic]', '5 . Mai : 50 % [ sic ]'],
  ['Привет, мир! 日本 👍 x', 'Привет , мир ! 日本 👍 x'],
  ['cafe\u0301 na\u00efve', 'cafe\u0301 na\u00efve'],
  ['', ''],
];

it.each(sentences)('tokenize %j', (sentence, tokens) => {
  expect(tokenize(sentence, mixed).join(' ')).toBe(tokens);
});

it.each(sentences)('detokenize gives %j again', (sentence) => {
  expect(detokenize(tokenize(sentence, mixed))).toBe(sentence);
});

describe('tokenize', () => {
  it('lower-cases where asked, after the rules that look at case', () => {
    expect(tokenize('J. Smith ÄRGERT die U.S.A. Straße', { lowerCase: true })).toEqual(
      'j. smith ärgert die u.s.a. straße'.split(' '),
    );
  });

  it('takes control, private use and any white space as spaces', () => {
    expect(tokenize(' a\u0000b\ue000c\u00a0d\u3000\te\n', mixed)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('knows lone stops and marks', () => {
    expect(tokenize(". .. - ' ,", mixed)).toEqual(['.', '..', '-', "'", ',']);
  });
});

test('detokenize leaves an odd quotation mark open', () => {
  expect(detokenize(['a', '"', 'b', '.'])).toBe('a "b.');
  expect(detokenize([])).toBe('');
});
