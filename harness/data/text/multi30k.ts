import { join } from 'node:path';
import type { UsageError } from '../../errors.ts';
import type { LanguageName } from '../../spec/text.ts';
import { fetchOnce } from '../archive.ts';
import type { PublishedFile } from '../download.ts';
import { damagedFiles, findFolder, missingIn } from '../folder.ts';
import { fetchFiles } from '../published-files.ts';
import { gunzip } from '../unpack.ts';
import { paired, readLines, type TextFile } from './parallel-text.ts';
import type { OpenedText, TextFolder } from './text-dataset.ts';
import { type TextPart, wrongSize } from './text-pair.ts';

const facts = {
  name: 'multi30k',
  title: 'Multi30k',
  sort: 'text-pairs',
  source: 'files',
  languages: ['de', 'en'],
  examples: { train: 29_000, valid: 1014, test: 1000 },
  folder: 'multi30k',
  files: 'one sentence a line: `train.de`, `train.en`, `val.de`, `val.en`, `test_2016_flickr.de`, `.en`',
  address: 'https://github.com/multi30k/dataset, data/task1/raw',
} as const;

const parts = { train: 'train', valid: 'val', test: 'test_2016_flickr' } as const satisfies Record<TextPart, string>;
/** The text's files, and the MD5 of the compressed form in which each is published; its size in bytes is not. */
const checksums = {
  'train.de': '81ff90b99829c0cd4b1b587d394afd39',
  'train.en': '0065d13af80720a55ca8153d126e6627',
  'val.de': '6e0e229eb049e3fc99a1ef02fb2d5f91',
  'val.en': '2b69aa9253948ac9f67e94917272dd40',
  'test_2016_flickr.de': 'efd67d314d98489b716b145475101932',
  'test_2016_flickr.en': 'ff2c0fcb4893a13bd73414306bc250ae',
} as const satisfies Record<`${(typeof parts)[TextPart]}.${(typeof facts.languages)[number]}`, string>;
const fileNames = Object.keys(checksums);
const published = Object.entries(checksums).map(([name, md5]): PublishedFile => {
  const file = `${name}.gz`;
  return {
    file,
    url: `https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/${file}`,
    bytes: null,
    md5,
  };
});

/**
 * Multi30k (Elliott et al. 2016), task 1: captions of photographs and their translations, a line each. Its test set is
 * that of 2016. The authors publish one compressed file for each part and language.
 */
export const multi30k = multi30kFrom(published, facts.examples);

/**
 * The data set, fetched from another place.
 * @param downloads its files, each compressed and called so
 * @param sizes lines that the parts must have when they are fetched; a folder that is there may hold fewer
 */
export function multi30kFrom(
  downloads: readonly PublishedFile[],
  sizes: Readonly<Record<TextPart, number>>,
): TextFolder<'multi30k'> {
  const check = (folder: string) => checkSizes(folder, sizes);
  return {
    ...facts,
    downloads,
    find,
    open,
    fetch: (dir, options) =>
      fetchOnce({ find, open }, dir, () => fetchFiles({ downloads, folder: facts.folder, dir, place, check }, options)),
  };
}

/** Unpacks the files that were received. */
async function place(received: string, whole: string): Promise<void> {
  for (const name of fileNames) await gunzip(join(received, `${name}.gz`), join(whole, name));
}

/** @throws UsageError where a part has another size */
async function checkSizes(folder: string, sizes: Readonly<Record<TextPart, number>>): Promise<void> {
  const wrong = wrongSize((await open(folder)).corpus('de', 'en'), sizes, (part) => `${parts[part]}.*`);
  if (wrong !== null) throw damaged(wrong);
}

function find(dir: string): Promise<string | null> {
  // Other corpora have a train.de as well.
  const known = facts.languages.map((language) => `${parts.test}.${language}`);
  return findFolder(facts, dir, (names) => known.some((name) => names.includes(name)));
}

async function open(folder: string): Promise<OpenedText> {
  const missing = await missingIn(facts.title, folder, fileNames);
  if (missing.length > 0) throw damaged(`${folder} holds no ${missing.join(', ')}`);
  const side = async (part: TextPart, language: LanguageName): Promise<TextFile> => {
    const path = join(folder, `${parts[part]}.${language}`);
    return { path, lines: await readLines(facts.title, path) };
  };
  const sides = async (part: TextPart) => ({ de: await side(part, 'de'), en: await side(part, 'en') });
  const files = { train: await sides('train'), valid: await sides('valid'), test: await sides('test') };
  const corpus: OpenedText['corpus'] = (source, target) => {
    const both = (part: TextPart) => paired(facts.title, files[part][source], files[part][target]);
    return { train: both('train'), valid: both('valid'), test: both('test') };
  };
  corpus('de', 'en');
  return { corpus };
}

function damaged(what: string): UsageError {
  return damagedFiles(facts.title, what, `fetch its files again (${facts.address}), and name their folder with --data`);
}
