import { basename, join } from 'node:path';
import type { UsageError } from '../../errors.ts';
import { fetchArchive, fetchOnce } from '../archive.ts';
import type { DownloadOptions, PublishedFile } from '../download.ts';
import { damagedFiles, namesIn } from '../folder.ts';
import type { OpenedPlainText, PlainTextFolder } from './plain-text.ts';
import { utf8Lines } from './utf8-lines.ts';

/** A folder of text, as its data set tells of it. */
export interface TextFolderFacts<Name extends string> {
  readonly name: Name;
  readonly title: string;
  readonly examples: Readonly<Record<'train' | 'test', number>>;
  /** The folder that the archive unpacks to. */
  readonly folder: string;
  readonly archive: PublishedFile;
  readonly address: string;
}

/** Files of text: running text has these names, and WikiText's tokens are published under the second. */
const isText = (name: string) => /^[^.].*\.(txt|tokens)$/.test(name);
/** Parts of a name that say that a file is held out: `wiki.test.tokens`, `valid.txt`. */
const heldOut = {
  test: /(^|[._-])test([._-]|$)/i,
  valid: /(^|[._-])(valid|validation|val|dev)([._-]|$)/i,
};

/** Of the paragraphs, the share at the end that is tested on where no file is held out. */
const testShare = 0.1;

/**
 * Running text in a folder of UTF-8 files (`.txt`, `.tokens`), a paragraph a line; blank lines are left out. A file whose
 * name says `test` is tested on or, where none does, one that says `valid` or `dev`; where none does either, the last
 * tenth of the paragraphs is. All files that say neither are trained on, in order of their names.
 *
 * It is found as the data set's folder in DIR, as one whose name begins like it (`wikitext-2-small`), and as DIR itself
 * where that holds files of text.
 */
export function textFolder<Name extends string>(facts: TextFolderFacts<Name>): PlainTextFolder<Name> {
  const { title, folder, archive } = facts;
  const find = (dir: string) => findText(title, folder, dir);
  const open = (at: string) => openText(title, facts.address, at);
  return {
    ...facts,
    sort: 'text',
    source: 'files',
    files: 'a paragraph a line: any files of UTF-8 text, `*.txt` or `*.tokens`',
    downloads: [archive],
    find,
    open,
    fetch: (dir: string, options?: DownloadOptions) =>
      fetchOnce({ find, open }, dir, () => fetchArchive({ archive, folder, dir, check: open }, options)),
  };
}

async function findText(title: string, folder: string, dir: string): Promise<string | null> {
  const names = (await namesIn(title, dir)) ?? [];
  const alike = names.filter((name) => name !== folder && name.startsWith(`${folder}-`)).sort();
  for (const candidate of [folder, ...alike].map((name) => join(dir, name))) {
    const inside = await namesIn(title, candidate);
    if (inside !== null && inside.length > 0) return candidate;
  }
  return names.some(isText) || (basename(dir) === folder && names.length > 0) ? dir : null;
}

async function openText(title: string, address: string, folder: string): Promise<OpenedPlainText> {
  const damaged = (what: string): UsageError =>
    damagedFiles(title, what, `give a folder of text with --data, or fetch the published one again (${address})`);
  const names = ((await namesIn(title, folder)) ?? []).filter(isText).sort();
  if (names.length === 0) throw damaged(`${folder} holds no *.txt and no *.tokens`);
  const [tested, validated] = [heldOut.test, heldOut.valid].map((says) => names.filter((name) => says.test(name)));
  const training = names.filter((name) => !tested!.includes(name) && !validated!.includes(name));
  if (training.length === 0) throw damaged(`${folder} holds held-out text alone (${names.join(', ')})`);
  const read = async (files: readonly string[]) => {
    const paragraphs: string[] = [];
    for (const file of files) {
      for (const line of await utf8Lines(title, join(folder, file))) {
        const paragraph = line.trim();
        if (paragraph !== '') paragraphs.push(paragraph);
      }
    }
    if (paragraphs.length === 0)
      throw damaged(`${files.map((file) => join(folder, file)).join(', ')}: there is no text`);
    return paragraphs;
  };
  const train = await read(training);
  const test = tested!.length > 0 ? tested! : validated!;
  if (test.length > 0) return { text: { train, test: await read(test) } };
  const kept = Math.floor(train.length * (1 - testShare));
  if (kept === 0) throw damaged(`${folder} holds one paragraph, of which none can be held out`);
  return { text: { train: train.slice(0, kept), test: train.slice(kept) } };
}
