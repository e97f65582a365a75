import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { multi30k, multi30kFrom } from '../../../harness/data/text/multi30k.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { type Answer, type FileServer, sendFile, serve } from '../file-server.ts';
import { multi30kText, writeText } from './text-files.ts';

let server: FileServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const compressed = (text: Readonly<Record<string, string>>) =>
  new Map(Object.entries(text).map(([name, content]) => [`${name}.gz`, gzipSync(content)]));
const sizes = { train: 3, valid: 1, test: 2 };
const quick = { tries: 1 };

/** The data set, fetched from a server that has `text`; `answer` may handle a request itself. */
async function from(text: Readonly<Record<string, string>>, answer: Answer = () => {}, lines = sizes) {
  const packed = compressed(text);
  server = await serve((request, response, n) => {
    answer(request, response, n);
    if (response.writableEnded || response.headersSent) return;
    sendFile(request, response, packed.get(request.url!.slice(1))!, { etag: '"v1"' });
  });
  const base = server.url.replace(/\/file$/, '');
  const files = [...packed].map(([file, bytes]) => {
    const md5 = createHash('md5').update(bytes).digest('hex');
    return { file, url: `${base}/${file}`, bytes: null, md5 };
  });
  return multi30kFrom(files, lines);
}

it('is fetched from where its authors publish it', () => {
  const { downloads } = multi30k;
  expect(downloads.map(({ file }) => file)).toEqual(Object.keys(multi30kText).map((name) => `${name}.gz`));
  expect(downloads.find(({ file }) => file === 'test_2016_flickr.de.gz')).toEqual({
    file: 'test_2016_flickr.de.gz',
    bytes: null,
    url: 'https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/test_2016_flickr.de.gz',
    md5: 'efd67d314d98489b716b145475101932',
  });
});

it('is found in a folder of its name and in one with its test text, not beside another corpus', async () => {
  const dir = await temporaryFolder();
  expect(await multi30k.find(join(dir, 'nowhere'))).toBeNull();
  const named = await writeText(join(dir, 'multi30k'), multi30kText);
  expect(await multi30k.find(dir)).toBe(named);
  expect(await multi30k.find(named)).toBe(named);
  const renamed = await writeText(join(dir, 'mine'), multi30kText);
  expect(await multi30k.find(renamed)).toBe(renamed);
  expect(await multi30k.find(await writeText(join(dir, 'other'), { 'train.de': 'x', 'train.en': 'y' }))).toBeNull();
});

it('reads its parts in either direction', async () => {
  const opened = await multi30k.open(await writeText(await temporaryFolder(), multi30kText));
  const { train, valid, test } = opened.corpus('de', 'en');
  expect([train, valid!, test].map(({ pairs }) => pairs.length)).toEqual([3, 1, 2]);
  expect(train.pairs[1]).toEqual({ source: 'Zwei Hunde laufen.', target: 'Two dogs run.' });
  expect(test.place(1, 'source')).toMatch(/test_2016_flickr\.de: line 2$/);
  expect(opened.corpus('en', 'de').valid!.pairs).toEqual([{ source: 'A dog sleeps.', target: 'Ein Hund schläft.' }]);
});

it('refuses a folder without a file, and sides of different lengths', async () => {
  const { 'val.en': _, ...rest } = multi30kText;
  const partly = await writeText(await temporaryFolder(), rest);
  expect(await failure(multi30k.open(partly))).toContain(`${partly} holds no val.en; fetch its files again`);
  const uneven = await writeText(await temporaryFolder(), { ...multi30kText, 'train.en': 'A dog runs.\n' });
  expect(await failure(multi30k.open(uneven))).toMatch(/train\.de has 3 sentences and .*train\.en has 1: line 2 of/);
});

it('is fetched file by file and unpacked, and only the text stays', async () => {
  const target = join(await temporaryFolder(), 'data');
  const dataset = await from(multi30kText);
  const folder = await dataset.fetch(target, quick);
  expect(folder).toBe(join(target, 'multi30k'));
  expect(await readdir(target)).toEqual(['multi30k']);
  expect((await readdir(folder)).sort()).toEqual(Object.keys(multi30kText).sort());
  expect(await readFile(join(folder, 'train.de'), 'utf8')).toBe(multi30kText['train.de']);
  const { length } = server!.ranges;
  expect(await dataset.fetch(target, quick)).toBe(folder);
  expect(server!.ranges).toHaveLength(length);
});

it('goes on where an interrupted download stopped', async () => {
  const target = await temporaryFolder();
  const broken = await from(multi30kText, (request, response, n) => {
    if (n !== 2) return;
    sendFile(request, response, compressed(multi30kText).get('val.de.gz')!, { etag: '"v1"', breakAfter: 10 });
  });
  expect(await failure(broken.fetch(target, quick))).toContain('val.de.gz could not be fetched in 1 tries');
  await server!.close();
  const whole = await from(multi30kText);
  await whole.fetch(target, quick);
  // The two files before are there; the third goes on, and three follow.
  expect(server!.ranges).toEqual(['bytes=10-', null, null, null]);
  expect(await readFile(join(target, 'multi30k', 'val.de'), 'utf8')).toBe(multi30kText['val.de']);
});

it('refuses another file than the published one, and text of another length', async () => {
  const target = await temporaryFolder();
  const another = await from(multi30kText, (request, response) => {
    if (request.url === '/val.en.gz') sendFile(request, response, gzipSync('Another sentence.\n'));
  });
  expect(await failure(another.fetch(target, quick))).toMatch(
    /val\.en\.gz has MD5 [0-9a-f]{32}, but [0-9a-f]{32} is expected/,
  );
  await server!.close();
  const short = await from(multi30kText, undefined, { ...sizes, train: 29_000 });
  expect(await failure(short.fetch(target, quick))).toContain('train.* has 3 sentence pairs, not 29000');
  expect((await readdir(target)).filter((name) => !name.startsWith('.multi30k'))).toEqual([]);
});
