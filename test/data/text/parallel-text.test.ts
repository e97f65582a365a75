import { join } from 'node:path';
import { expect, it } from 'vitest';
import { concatenated, paired, readLines } from '../../../harness/data/text/parallel-text.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { writeText } from './text-files.ts';

const linesOf = async (content: string | Uint8Array) =>
  readLines('Title', join(await writeText(await temporaryFolder(), { 'a.de': content }), 'a.de'));
const textsOf = async (content: string | Uint8Array) => (await linesOf(content)).map(({ text }) => text);

it('reads lines whatever ends them, with and without an end of the last, and without a byte order mark', async () => {
  expect(await textsOf('eins\nzwei\n')).toEqual(['eins', 'zwei']);
  expect(await textsOf('eins\r\n\n zwei')).toEqual(['eins', '', 'zwei']);
  expect(await textsOf('\ufeffeins\n')).toEqual(['eins']);
  expect(await textsOf('ein\u2028s\u0085\nzwei')).toEqual(['ein\u2028s\u0085', 'zwei']);
  expect((await linesOf('a\n\nb\n')).map(({ number }) => number)).toEqual([1, 2, 3]);
});

it('reads an empty file as no lines', async () => {
  expect(await textsOf('')).toEqual([]);
});

it('names the line that is not UTF-8', async () => {
  const latin1 = Buffer.concat([Buffer.from('gut\nschön\n'), Buffer.from('schön\n', 'latin1'), Buffer.from('gut\n')]);
  expect(await failure(linesOf(latin1))).toMatch(/^Title: .*a\.de: line 3 \(byte offset 14\) is not UTF-8; convert/);
  const cut = Buffer.from('gut\nschö').subarray(0, -1);
  expect(await failure(linesOf(cut))).toContain('a.de: line 2 (byte offset 7) is not UTF-8');
});

it('names the line that is too long to be a sentence', async () => {
  expect(await textsOf(`a\n${'b'.repeat(20_000)}\n`)).toHaveLength(2);
  expect(await failure(linesOf(`a\n${'b'.repeat(20_001)}\n`))).toContain(
    'a.de: line 2 has 20001 characters, more than 20000',
  );
});

it('names a file that cannot be read', async () => {
  expect(await failure(readLines('Title', '/nowhere/a.de'))).toContain('Title: /nowhere/a.de cannot be read (ENOENT)');
});

const file = (path: string, ...texts: string[]) => ({
  path,
  lines: texts.map((text, index) => ({ text, number: 10 * (index + 1) })),
});

it('pairs lines by their order, and says where they are', () => {
  const text = paired('Title', file('a.de', 'x', 'y'), file('a.en', 'p', 'q'));
  expect(text.pairs).toEqual([
    { source: 'x', target: 'p' },
    { source: 'y', target: 'q' },
  ]);
  expect([text.place(1, 'source'), text.place(0, 'target')]).toEqual(['a.de: line 20', 'a.en: line 10']);
});

it.each([
  [
    'source',
    file('a.de', 'x', 'y', 'z'),
    file('a.en', 'p', 'q'),
    'a.de has 3 sentences and a.en has 2: line 30 of a.de',
  ],
  ['target', file('a.de', 'x'), file('a.en', 'p', 'q'), 'a.en has 2 sentences and a.de has 1: line 20 of a.en'],
])('names the first line without a partner, of the %s', (_, source, target, message) => {
  expect(() => paired('Title', source, target)).toThrow(`Title: ${message} has no translation`);
});

it('puts texts one after another', () => {
  const text = concatenated([
    paired('Title', file('a.de', 'x', 'y'), file('a.en', 'p', 'q')),
    paired('Title', file('b.de', 'z'), file('b.en', 'r')),
  ]);
  expect(text.pairs.map(({ source }) => source)).toEqual(['x', 'y', 'z']);
  expect([1, 2].map((index) => text.place(index, 'source'))).toEqual(['a.de: line 20', 'b.de: line 10']);
  expect(() => text.place(3, 'source')).toThrow(RangeError);
});
