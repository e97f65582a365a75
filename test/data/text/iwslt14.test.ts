import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, expect, it } from 'vitest';
import { iwslt14, iwslt14From } from '../../../harness/data/text/iwslt14.ts';
import { temporaryFolder } from '../../run/helpers.ts';
import { failure } from '../failure.ts';
import { type FileServer, sendFile, serve } from '../file-server.ts';
import { iwslt14Text, writeText } from './text-files.ts';

let server: FileServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const talk = (title: string, ...sentences: string[]) => [
  '<url>http://www.ted.com/talks/1</url>',
  '<keywords>talks, science</keywords>',
  '<talkid>1</talkid>',
  `<title>${title}</title>`,
  `<description>${title}: more</description>`,
  ...sentences.map((sentence) => ` ${sentence} `),
];
const text = iwslt14Text({
  de: [...talk('Ein Titel', 'Vielen Dank.', 'Danke, Chris.'), ...talk('Noch einer', 'Ja.')],
  en: [...talk('A title', 'Thank you.', 'Thanks, Chris.'), ...talk('Another', 'Yes.')],
});

it('takes titles, descriptions and sentences of the training text, and the five test sets together', async () => {
  const dir = await temporaryFolder();
  const folder = await writeText(join(dir, 'de-en'), text);
  expect(await iwslt14.find(dir)).toBe(folder);
  const { train, valid, test } = (await iwslt14.open(folder)).corpus('de', 'en');
  expect(train.pairs).toEqual([
    { source: 'Ein Titel', target: 'A title' },
    { source: 'Ein Titel: more', target: 'A title: more' },
    { source: 'Vielen Dank.', target: 'Thank you.' },
    { source: 'Danke, Chris.', target: 'Thanks, Chris.' },
    { source: 'Noch einer', target: 'Another' },
    { source: 'Noch einer: more', target: 'Another: more' },
    { source: 'Ja.', target: 'Yes.' },
  ]);
  expect(valid).toBeNull();
  expect(test.pairs.map(({ source }) => source)).toEqual(
    ['TED.dev2010', 'TEDX.dev2012', 'TED.tst2010', 'TED.tst2011', 'TED.tst2012'].map((set) => `${set} geht's & zwei`),
  );
  expect(test.pairs[1]!.target).toBe("TEDX.dev2012 it's & two");
});

it('names places by the lines of the published files', async () => {
  const { train, test } = (await iwslt14.open(await writeText(await temporaryFolder(), text))).corpus('de', 'en');
  expect(train.place(2, 'source')).toMatch(/train\.tags\.de-en\.de: line 6$/);
  expect(test.place(2, 'target')).toMatch(/IWSLT14\.TED\.tst2010\.de-en\.en\.xml: line 5$/);
});

it('refuses a folder without a file, and sides of different lengths', async () => {
  const { 'IWSLT14.TED.tst2011.de-en.en.xml': _, ...rest } = text;
  const partly = await writeText(join(await temporaryFolder(), 'de-en'), rest);
  expect(await failure(iwslt14.open(partly))).toContain('holds no IWSLT14.TED.tst2011.de-en.en.xml; fetch de-en.tgz');
  const uneven = await writeText(await temporaryFolder(), { ...text, 'train.tags.de-en.en': 'A title\n' });
  expect(await failure(iwslt14.open(uneven))).toMatch(
    /train\.tags\.de-en\.de has 7 sentences and .*\.en has 1: line 5 of/,
  );
});

it('is fetched, checked by its size and its numbers of sentences, and only the text stays', async () => {
  const source = await temporaryFolder();
  await writeText(join(source, 'de-en'), text);
  await execa('tar', ['-czf', join(source, 'de-en.tgz'), '-C', source, 'de-en']);
  const bytes = await readFile(join(source, 'de-en.tgz'));
  server = await serve((request, response) => sendFile(request, response, bytes));
  const archive = { file: 'de-en.tgz', url: server.url, bytes: bytes.length, md5: null };
  const target = join(await temporaryFolder(), 'data');
  const other = iwslt14From(archive, { train: 174_443, test: 6750 });
  expect(await failure(other.fetch(target, { tries: 1 }))).toContain('the train text has 7 sentence pairs, not 174443');
  expect(await readdir(target)).toEqual(['de-en.tgz']);
  const same = iwslt14From(archive, { train: 7, test: 5 });
  expect(await same.fetch(target, { tries: 1 })).toBe(join(target, 'de-en'));
  expect(await readdir(target)).toEqual(['de-en']);
  // The archive was kept, and had the right size.
  expect(server.ranges).toEqual([null]);
});
