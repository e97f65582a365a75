import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { type LanguageName, languageNames } from '../../spec/text.ts';
import { download } from '../download.ts';
import { missingIn, namesIn, type OpenedText, type TextDataset } from '../file-dataset.ts';
import { gunzip } from '../unpack.ts';
import { paired, readLines, type TextFile } from './parallel-text.ts';
import { textFacts } from './text-facts.ts';
import { wrongSize } from './text-pair.ts';

/**
 * Multi30k (Elliott et al. 2016), task 1: captions of photographs and their translations, a line each. Its test set is
 * that of 2016. The authors publish one compressed file for each part and language.
 */

const { title, ...sizes } = textFacts.multi30k;
const folderName = 'multi30k';
const parts = { train: 'train', valid: 'val', test: 'test_2016_flickr' } as const;
type Part = keyof typeof parts;
const fileNames = Object.values(parts).flatMap((part) => languageNames.map((language) => `${part}.${language}`));
const holds = `${fileNames.join(', ')}, there or in ${folderName}`;

/** A published file and the MD5 of its compressed form, hexadecimal; its size in bytes is not published. */
export type Multi30kFiles = Readonly<Record<string, { readonly url: string; readonly md5: string }>>;

const address = 'https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw';
const checksums: Readonly<Record<string, string>> = {
  'train.de': '81ff90b99829c0cd4b1b587d394afd39',
  'train.en': '0065d13af80720a55ca8153d126e6627',
  'val.de': '6e0e229eb049e3fc99a1ef02fb2d5f91',
  'val.en': '2b69aa9253948ac9f67e94917272dd40',
  'test_2016_flickr.de': 'efd67d314d98489b716b145475101932',
  'test_2016_flickr.en': 'ff2c0fcb4893a13bd73414306bc250ae',
};
export const published: Multi30kFiles = Object.fromEntries(
  fileNames.map((name) => [name, { url: `${address}/${name}.gz`, md5: checksums[name]! }]),
);

export const multi30k = multi30kFrom(published, sizes);

/**
 * @param files where they are fetched from
 * @param lines that the parts must have when they are fetched; a folder that is there may hold fewer
 */
export function multi30kFrom(files: Multi30kFiles, lines: Readonly<Record<Part, number>>): TextDataset {
  return {
    name: 'multi30k',
    title,
    holds,
    find,
    open,
    async fetch(dir, options) {
      const present = await find(dir);
      if (present !== null) {
        await open(present);
        return present;
      }
      // The compressed files stay until all are there, so that an interrupted download goes on.
      const received = join(dir, `.${folderName}.download`);
      for (const name of fileNames) {
        await download({ ...options, bytes: null, ...files[name]!, path: join(received, `${name}.gz`) });
      }
      const temporary = await mkdtemp(join(dir, '.unpack-'));
      try {
        const unpacked = join(temporary, folderName);
        await mkdir(unpacked);
        for (const name of fileNames) await gunzip(join(received, `${name}.gz`), join(unpacked, name));
        const wrong = wrongSize((await open(unpacked)).corpus('de', 'en'), lines, (part) => `${parts[part]}.*`);
        if (wrong !== null) throw damaged(wrong);
        const folder = join(dir, folderName);
        await rename(unpacked, folder);
        await rm(received, { recursive: true });
        return folder;
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
  };
}

async function find(dir: string): Promise<string | null> {
  for (const candidate of [join(dir, folderName), dir]) {
    const names = await namesIn(title, candidate);
    if (names === null) continue;
    // Other corpora have a train.de as well.
    const known = languageNames.some((language) => names.includes(`${parts.test}.${language}`));
    if (basename(candidate) === folderName || known) return candidate;
  }
  return null;
}

async function open(folder: string): Promise<OpenedText> {
  const missing = await missingIn(title, folder, fileNames);
  if (missing.length > 0) throw damaged(`${folder} holds no ${missing.join(', ')}`);
  const side = async (part: Part, language: LanguageName): Promise<TextFile> => {
    const path = join(folder, `${parts[part]}.${language}`);
    return { path, lines: await readLines(title, path) };
  };
  const sides = async (part: Part) => ({ de: await side(part, 'de'), en: await side(part, 'en') });
  const files = { train: await sides('train'), valid: await sides('valid'), test: await sides('test') };
  const corpus: OpenedText['corpus'] = (source, target) => {
    const both = (part: Part) => paired(title, files[part][source], files[part][target]);
    return { train: both('train'), valid: both('valid'), test: both('test') };
  };
  corpus('de', 'en');
  return { corpus };
}

function damaged(what: string): UsageError {
  return new UsageError(
    `${title}: ${what}; fetch its files again (https://github.com/multi30k/dataset, data/task1/raw), and name their folder with --data`,
  );
}
