import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedText } from '../../../harness/data/text/generated-text.ts';
import { loadTextSequences, usedPlainText } from '../../../harness/data/text/text-sequences.ts';
import { text, wikitext103 } from '../../../harness/data/text/wikitext.ts';
import type { PlainTextDatasetSpec } from '../../../harness/spec/text.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { writeText } from './text-files.ts';

const spec: PlainTextDatasetSpec = {
  name: 'text',
  trainExamples: null,
  validationExamples: 0,
  testExamples: null,
  lowerCase: true,
  merges: 0,
  length: 8,
};
const folderOf = async (files: Readonly<Record<string, string | Uint8Array>>) =>
  writeText(await temporaryFolder(), files);
const textIn = async (files: Readonly<Record<string, string | Uint8Array>>) =>
  (await text.open(await folderOf(files))).text;

describe('a folder of text', () => {
  it('is found under its name, under one that begins like it, and by its own files', async () => {
    const dir = await temporaryFolder();
    expect(await text.find(dir)).toBeNull();
    await mkdir(join(dir, 'wikitext-2-small'));
    expect(await text.find(dir)).toBeNull();
    await writeText(join(dir, 'wikitext-2-small'), { 'train.txt': 'x' });
    expect(await text.find(dir)).toBe(join(dir, 'wikitext-2-small'));
    await writeText(join(dir, 'wikitext-2'), { 'wiki.train.tokens': 'x' });
    expect(await text.find(dir)).toBe(join(dir, 'wikitext-2'));
    expect(await wikitext103.find(dir)).toBeNull();
    const own = await folderOf({ 'novel.txt': 'x' });
    expect(await text.find(own)).toBe(own);
    expect(await wikitext103.find(own)).toBe(own);
  });

  it('is tested on its test files, else on its valid ones, else on the last tenth; blank lines are left out', async () => {
    expect(
      await textIn({ 'wiki.train.tokens': 'a\n \nb\n', 'wiki.valid.tokens': 'v', 'wiki.test.tokens': 't' }),
    ).toEqual({
      train: ['a', 'b'],
      test: ['t'],
    });
    expect(await textIn({ 'b.txt': 'b', 'a.txt': 'a', 'valid.txt': 'v', 'notes.md': 'n' })).toEqual({
      train: ['a', 'b'],
      test: ['v'],
    });
    const lines = Array.from({ length: 20 }, (_, index) => String(index));
    const { train, test } = await textIn({ 'latest.txt': lines.join('\n') });
    expect([train, test]).toEqual([lines.slice(0, 18), lines.slice(18)]);
  });

  it('that is not UTF-8 is refused with file, line and remedy', async () => {
    const latin1 = Buffer.concat([Buffer.from('gut\n'), Buffer.from('schön\n', 'latin1')]);
    const message = await failure(text.open(await folderOf({ 'train.txt': latin1 })));
    expect(message).toMatch(/train\.txt: line 2 \(byte offset 7\) is not UTF-8; convert the file to UTF-8/);
  });

  it.each([
    [{ 'notes.md': 'x' }, /holds no \*\.txt and no \*\.tokens; give a folder of text with --data/],
    [{ 'test.txt': 'x' }, /holds held-out text alone \(test\.txt\)/],
    [{ 'train.txt': '\n \n', 'test.txt': 'x' }, /train\.txt: there is no text/],
    [{ 'train.txt': 'one' }, /holds one paragraph, of which none can be held out/],
  ])('of %j is refused', async (files, message) => {
    expect(await failure(text.open(await folderOf(files)))).toMatch(message);
  });
});

describe('sequences', () => {
  const files = { 'train.txt': 'ab cd ef gh\n'.repeat(20), 'test.txt': 'ab gh\n'.repeat(9) };

  it('are of the text, the last of the training held out, and as many as asked for at most', async () => {
    const dataDir = await folderOf(files);
    const all = await loadTextSequences(spec, dataDir);
    expect(all.source).toBe('files');
    expect(all.validation).toBeNull();
    // Nine tokens a paragraph, seven a sequence.
    expect(all.train.count).toBe(Math.floor((20 * 9) / 7));
    expect(all.test.count).toBe(Math.floor((9 * 5) / 7));
    const held = await loadTextSequences(
      { ...spec, validationExamples: 5, trainExamples: 100, testExamples: 2 },
      dataDir,
    );
    expect([held.train.count, held.validation!.count, held.test.count]).toEqual([20, 5, 2]);
    expect([...held.validation!.tokens]).toEqual([...all.train.tokens.subarray(20 * 8)]);
    expect(held.digest).toBe(all.digest);
    const { digest } = await usedPlainText(spec, await folderOf({ ...files, 'test.txt': 'ab gh\n'.repeat(8) }));
    expect(digest).not.toBe(all.digest);
  });

  it('of too short a text are refused', async () => {
    const dataDir = await folderOf({ ...files, 'test.txt': 'ab' });
    expect(await failure(loadTextSequences(spec, dataDir))).toBe(
      `text in ${dataDir}: its test text is shorter than a sequence of 8 tokens; give more text, or lower length`,
    );
    const held = { ...spec, validationExamples: 25 };
    expect(await failure(loadTextSequences(held, await folderOf(files)))).toContain(
      '25 to be held out; give more text',
    );
  });

  it('of generated text need no files', async () => {
    const { train, test, source } = await loadTextSequences({ ...spec, name: 'generated-text', merges: 50 }, null);
    expect(source).toBe('generated');
    expect(train.count).toBeGreaterThan(1000);
    expect(test.count).toBeGreaterThan(100);
    const again = generatedText.generate();
    expect(again.train).toHaveLength(generatedText.examples.train);
    expect(new Set(again.test).size).toBe(generatedText.examples.test);
  });
});
