import { expect, it, test } from 'vitest';
import { mtevalTokens } from '../../harness/text/mteval-tokens.ts';
import { stored } from './scores.ts';

it.each([
  ['Hello, world!', 'Hello , world !'],
  ['It costs $3.50, or 1,000.', 'It costs $ 3.50 , or 1,000 .'],
  ['a well-known 10-year plan', 'a well-known 10 - year plan'],
  ['the U.S.A.', 'the U . S . A .'],
  ["don't", "don't"],
  ['&quot;a&quot; &amp;lt; b&amp;c', '" a " < b & c'],
  ['a <skipped> b', 'a b'],
  ['over-\nflow\nnext', 'overflow next'],
  ['Straße – „so“', 'Straße – „so“'],
  ['', ''],
])('mtevalTokens of %j', (line, tokens) => {
  expect(mtevalTokens(line).join(' ')).toBe(tokens);
});

test('the tokens of 200 references are sacreBLEU’s', () => {
  expect(stored.pairs).toHaveLength(200);
  for (const { reference, tokens } of stored.pairs) expect(mtevalTokens(reference).join(' ')).toBe(tokens);
});
