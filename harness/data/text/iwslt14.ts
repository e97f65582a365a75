import { basename, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { LanguageName } from '../../spec/text.ts';
import { type Archive, fetchArchive } from '../archive.ts';
import { missingIn, namesIn, type OpenedText, type TextDataset } from '../file-dataset.ts';
import { concatenated, paired, readLines, type TextFile, type TextLine } from './parallel-text.ts';
import { textFacts } from './text-facts.ts';
import { wrongSize } from './text-pair.ts';

/**
 * IWSLT'14 German-English (Cettolo et al. 2014): subtitles of talks, as machine translation usually takes them (Ranzato et
 * al. 2016; fairseq's `prepare-iwslt14.sh`). Training text is `train.tags.de-en.*` without the lines that hold an address,
 * a talk's number or keywords; titles and descriptions stay, without their tags. Test text is the five development and
 * test sets together; every 23rd kept training pair is validation text.
 */

const { title } = textFacts['iwslt14-de-en'];
const folderName = 'de-en';
const trainName = (language: LanguageName) => `train.tags.de-en.${language}`;
const testSets = ['TED.dev2010', 'TEDX.dev2012', 'TED.tst2010', 'TED.tst2011', 'TED.tst2012'];
const testNames = (language: LanguageName) => testSets.map((set) => `IWSLT14.${set}.de-en.${language}.xml`);
const namesOf = (language: LanguageName) => [trainName(language), ...testNames(language)];
const allNames = [...namesOf('de'), ...namesOf('en')];
const holds = `train.tags.de-en.de and .en, and IWSLT14.TED*.de-en.*.xml, there or in ${folderName}`;

/**
 * A mirror of the archive of the authors, whose server is gone, with the same size. No checksum of it is published: what
 * is unpacked must have the published numbers of sentences.
 */
const archive: Archive = {
  file: 'de-en.tgz',
  folder: folderName,
  url: 'https://dl.fbaipublicfiles.com/fairseq/data/iwslt14/de-en.tgz',
  bytes: 19_982_877,
  md5: null,
};

export const iwslt14 = iwslt14From(archive, { train: 174_443, test: 6750 });

/** @param sizes sentence pairs, before cleaning, that a fetched archive must have; a folder that is there may hold fewer */
export function iwslt14From(from: Archive, sizes: { readonly train: number; readonly test: number }): TextDataset {
  return {
    name: 'iwslt14-de-en',
    title,
    holds,
    find,
    open,
    async fetch(dir, options) {
      const present = await find(dir);
      const check = async (folder: string) => {
        const wrong = wrongSize((await open(folder)).corpus('de', 'en'), sizes, (part) => `the ${part} text`);
        if (wrong !== null) throw damaged(wrong);
      };
      if (present === null) return fetchArchive(from, dir, check, options);
      await open(present);
      return present;
    },
  };
}

async function find(dir: string): Promise<string | null> {
  for (const candidate of [join(dir, folderName), dir]) {
    const names = await namesIn(title, candidate);
    if (names !== null && (basename(candidate) === folderName || allNames.some((name) => names.includes(name)))) {
      return candidate;
    }
  }
  return null;
}

async function open(folder: string): Promise<OpenedText> {
  const missing = await missingIn(title, folder, allNames);
  if (missing.length > 0) throw damaged(`${folder} holds no ${missing.join(', ')}`);
  const files = { de: await readSide(folder, 'de'), en: await readSide(folder, 'en') };
  const corpus: OpenedText['corpus'] = (source, target) => ({
    train: paired(title, files[source].train, files[target].train),
    valid: null,
    test: concatenated(testSets.map((_, set) => paired(title, files[source].test[set]!, files[target].test[set]!))),
  });
  corpus('de', 'en');
  return { corpus };
}

async function readSide(folder: string, language: LanguageName): Promise<{ train: TextFile; test: TextFile[] }> {
  const read = async (name: string, sentences: (lines: readonly TextLine[]) => TextLine[]): Promise<TextFile> => {
    const path = join(folder, name);
    return { path, lines: sentences(await readLines(title, path)) };
  };
  const test = await Promise.all(testNames(language).map((name) => read(name, testSentences)));
  return { train: await read(trainName(language), trainSentences), test };
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
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => characters[name]!);
}

function damaged(what: string): UsageError {
  return new UsageError(`${title}: ${what}; fetch ${archive.file} again, and name its unpacked folder with --data`);
}
