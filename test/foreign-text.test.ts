import { expect, it } from 'vitest';
import {
  boundedList,
  cleanName,
  cleanText,
  cleanTexts,
  firstLine,
  indented,
  longestList,
  longestText,
  thrownStack,
  thrownText,
} from '../harness/foreign-text.ts';

it.each([
  ['a colour', '\u001b[31mred\u001b[0m', 'red'],
  ['a window’s title', '\u001b]0;a new title\u0007text', 'text'],
  ['a title with the other end', '\u001b]0;title\u001b\\text', 'text'],
  ['a title without an end', '\u001b]0;text\nmore', '0;text\nmore'],
  ['a device’s string', 'a\u001bPq#0\u001b\\b', 'ab'],
  ['sequences of one byte', '\u009b1mbold\u009d0;title\u009ctext', 'boldtext'],
  ['a reset and a character set', '\u001bc\u001b(Btext', 'text'],
  ['a bell and a null', 'a\u0007b\u0000c\u007f', 'abc'],
  ['an escape at the end', 'text\u001b', 'text'],
  ['turned writing', 'gpj.\u202Etxt\u202C \u2066a\u2069\u200F', 'gpj.txt a'],
  ['half a character', 'a\ud800b\udc00', 'a\uFFFDb\uFFFD'],
  ['returns', 'one\r\ntwo\rthree\u2028four', 'one\ntwo\nthree\nfour'],
])('takes %s out of a text', (_, text, clean) => {
  expect(cleanText(text)).toBe(clean);
});

it('leaves other text as it is', () => {
  const text = 'Zeile 1:\tgrün → ﷽ 👩‍🔬 <b>"x"</b> =1+1\n第二行';
  expect(cleanText(text)).toBe(text);
});

it('keeps head and tail of a long text, and says how much it left out', () => {
  const text = `head${'x'.repeat(20_000_000)}tail`;
  const clean = cleanText(text);
  expect(clean).toMatch(/^headx+\n\[[\d,]+ characters were left out here\]\nx+tail$/);
  expect(clean.length).toBeLessThanOrEqual(longestText);
  expect(clean.replaceAll(/[^x]/g, '').length + Number(/\[([\d,]+)/.exec(clean)![1]!.replaceAll(',', ''))).toBe(
    20_000_000,
  );
  expect(cleanText(clean)).toBe(clean);
});

it('cuts between characters', () => {
  const clean = cleanText('👩'.repeat(longestText));
  expect(cleanText(clean)).toBe(clean);
  expect(clean).not.toMatch(/\p{Cs}|\uFFFD/u);
});

it('takes no longer than the text, whatever that is made of', () => {
  const started = performance.now();
  for (const part of ['\u001b[', '\u001b]', '\u009d', '\u001b[1', '\u009d;', '\r']) cleanText(part.repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
});

it('cleans every text of plain data', () => {
  const data = { 'a\u0007': ['b\u001b[1m', 1, null, { c: 'd\u202E' }], n: Number.NaN };
  expect(cleanTexts(data)).toEqual({ a: ['b', 1, null, { c: 'd' }], n: Number.NaN });
});

it('writes out what a name cannot hold, and no more', () => {
  const name = cleanName('evil\nname\t\r\u001b[31m\u007f\u202e\u2028\ud800.json');
  expect(name).toBe('evil\\nname\\t\\r\\u{1b}[31m\\u{7f}\\u{202e}\\u{2028}\\u{d800}.json');
  expect(cleanName(name)).toBe(name);
  expect(cleanName('dense-0.1.größe.𝛼.seed-0')).toBe('dense-0.1.größe.𝛼.seed-0');
  expect(cleanTexts({ 'a\nb': 'c\nd' })).toEqual({ 'a\\nb': 'c\nd' });
});

it('lets no further line begin where others do', () => {
  expect(indented('failed: one\ntwo\nthree', 3)).toBe('failed: one\n   two\n   three');
});

it('bounds a list, once', () => {
  const bounded = boundedList(Array.from({ length: 1000 }, (_, i) => `text ${i}`));
  expect(bounded).toHaveLength(longestList);
  expect(bounded.at(-1)).toBe('901 more were left out.');
  expect(boundedList(bounded)).toEqual(bounded);
});

it('gives the first line of a text', () => {
  expect(firstLine('\n one\u0007\ntwo')).toBe('one');
});

it.each([
  ['an error', new Error('no \u001b[31mluck'), 'no luck'],
  ['an error of a kind', new TypeError('no luck'), 'TypeError: no luck'],
  ['nothing', undefined, 'threw undefined'],
  ['a text', 'luck', 'threw luck'],
  ['an object without a prototype', Object.create(null), 'threw a value that cannot be shown'],
  [
    'an error that throws when it is looked at',
    Object.defineProperty(new Error('x'), 'message', {
      get() {
        throw new Error('again');
      },
    }),
    'threw a value that cannot be shown',
  ],
])('says what %s says', (_, thrown, text) => {
  expect(thrownText(thrown)).toBe(text);
});

it('gives the stack of an error, and of what has none what it says', () => {
  expect(thrownStack(new Error('a\u0007b'))).toMatch(/^Error: ab\n +at /);
  expect(thrownStack(Object.assign(new Error('x'), { stack: 5 }))).toBe('x');
  expect(thrownStack(undefined)).toBe('threw undefined');
});
