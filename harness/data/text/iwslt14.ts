import { join } from 'node:path';
import type { UsageError } from '../../errors.ts';
import type { LanguageName } from '../../spec/text.ts';
import { fetchArchive, fetchOnce } from '../archive.ts';
import type { PublishedFile } from '../download.ts';
import { damagedFiles, findFolder, missingIn } from '../folder.ts';
import { concatenated, paired, readLines, type TextFile, type TextLine } from './parallel-text.ts';
import type { OpenedText, TextFolder } from './text-dataset.ts';
import { wrongSize } from './text-pair.ts';

/**
 * A mirror of the archive of the authors, whose server is gone, with the same size. No checksum of it is published:
 * what is unpacked must have the published numbers of sentences.
 */
const archive: PublishedFile = {
  file: 'de-en.tgz',
  url: 'https://dl.fbaipublicfiles.com/fairseq/data/iwslt14/de-en.tgz',
  bytes: 19_982_877,
  md5: null,
};

const facts = {
  name: 'iwslt14-de-en',
  title: "IWSLT'14 German-English",
  sort: 'text-pairs',
  source: 'files',
  languages: ['de', 'en'],
  // Those that are kept where Moses splits words (fairseq's `prepare-iwslt14.sh`); words split otherwise change a few
  // pairs' ratios.
  examples: { train: 160_239, valid: 7283, test: 6750 },
  folder: 'de-en',
  files: '`train.tags.de-en.de`, `.en`, and `IWSLT14.TED*.de-en.de.xml`, `.en.xml` of five test sets',
} as const;

/**
 * IWSLT'14 German-English (Cettolo et al. 2014): subtitles of talks, as machine translation usually takes them (Ranzato
 * et al. 2016; fairseq's `prepare-iwslt14.sh`). Training text is `train.tags.de-en.*` without the lines that hold an
 * address, a talk's number or keywords; titles and descriptions stay, without their tags. Test text is the five
 * development and test sets together; every 23rd kept training pair is validation text.
 */
export const iwslt14 = iwslt14From(archive, { train: 174_443, test: 6750 });

/**
 * The data set, fetched from another place.
 * @param sizes sentence pairs, before cleaning, that a fetched archive must have; a folder that is there may hold fewer
 */
export function iwslt14From(
  from: PublishedFile,
  sizes: { readonly train: number; readonly test: number },
): TextFolder<'iwslt14-de-en'> {
  const check = async (folder: string) => {
    const wrong = wrongSize((await open(folder)).corpus('de', 'en'), sizes, (part) => `the ${part} text`);
    if (wrong !== null) throw damaged(wrong);
  };
  return {
    ...facts,
    downloads: [from],
    address: from.url,
    find,
    open,
    fetch: (dir, options) =>
      fetchOnce({ find, open }, dir, () => fetchArchive({ archive: from, folder: facts.folder, dir, check }, options)),
  };
}

function find(dir: string): Promise<string | null> {
  return findFolder(facts, dir, (names) => allFiles.some((name) => names.includes(name)));
}

const testSets = ['TED.dev2010', 'TEDX.dev2012', 'TED.tst2010', 'TED.tst2011', 'TED.tst2012'];

type FileOf = (language: LanguageName) => string;
const trainFile: FileOf = (language) => `train.tags.de-en.${language}`;
const testFiles = testSets.map(
  (set): FileOf =>
    (language) =>
      `IWSLT14.${set}.de-en.${language}.xml`,
);
const allFiles = facts.languages.flatMap((language) => [trainFile, ...testFiles].map((fileOf) => fileOf(language)));

async function open(folder: string): Promise<OpenedText> {
  const missing = await missingIn(facts.title, folder, allFiles);
  if (missing.length > 0) throw damaged(`${folder} holds no ${missing.join(', ')}`);
  const train = await readSides(folder, trainFile, trainSentences);
  const test = await Promise.all(testFiles.map((fileOf) => readSides(folder, fileOf, testSentences)));
  const corpus: OpenedText['corpus'] = (source, target) => ({
    train: paired(facts.title, train[source], train[target]),
    valid: null,
    test: concatenated(test.map((sides) => paired(facts.title, sides[source], sides[target]))),
  });
  corpus('de', 'en');
  return { corpus };
}

type SentencesOf = (lines: readonly TextLine[]) => TextLine[];

async function readSides(folder: string, fileOf: FileOf, sentencesOf: SentencesOf) {
  const read = async (language: LanguageName): Promise<TextFile> => {
    const path = join(folder, fileOf(language));
    return { path, lines: sentencesOf(await readLines(facts.title, path)) };
  };
  return { de: await read('de'), en: await read('en') };
}

function trainSentences(lines: readonly TextLine[]): TextLine[] {
  return lines
    .filter(({ text }) => !/<(?:url|talkid|keywords)>/.test(text))
    .map(({ text, number }) => ({ text: text.replace(/<\/?(?:title|description)>/g, '').trim(), number }));
}

/** The segments of an XML file, which stand on a line each; apostrophes are those of the training text. */
function testSentences(lines: readonly TextLine[]): TextLine[] {
  return lines.flatMap(({ text, number }) => {
    const segment = /<seg id="\d+">(.*)<\/seg>/.exec(text)?.[1];
    return segment === undefined ? [] : [{ text: decodeEntities(segment).replaceAll('’', "'").trim(), number }];
  });
}

function decodeEntities(text: string): string {
  const characters = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: keyof typeof characters) => characters[name]);
}

function damaged(what: string): UsageError {
  return damagedFiles(facts.title, what, `fetch ${archive.file} again, and name its unpacked folder with --data`);
}
