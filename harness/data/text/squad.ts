import { join } from 'node:path';
import { fetchOnce } from '../archive.ts';
import type { PublishedFile } from '../download.ts';
import { damagedFiles, findFolder, missingIn } from '../folder.ts';
import { fetchFiles } from '../published-files.ts';
import type { OpenedQuestions, QuestionFolder } from './questions.ts';
import { squadQuestions } from './squad-json.ts';
import { utf8Lines } from './utf8-lines.ts';

const address = 'https://rajpurkar.github.io/SQuAD-explorer';
const fileNames = { train: 'train-v1.1.json', test: 'dev-v1.1.json' } as const;

const facts = {
  name: 'squad',
  title: 'SQuAD 1.1',
  sort: 'questions',
  source: 'files',
  examples: { train: 87_599, test: 10_570 },
  folder: 'squad',
  files: 'canonical JSON: `train-v1.1.json`, `dev-v1.1.json`',
  address,
} as const;

/** The files, and their published checksums. */
const published: readonly PublishedFile[] = [
  { file: fileNames.train, bytes: null, md5: '981b29407e0affa3b1b156f72073b945' },
  { file: fileNames.test, bytes: null, md5: '3e85deb501d4e538b6bc56f786231552' },
].map((one) => ({ ...one, url: `${address}/dataset/${one.file}` }));

/**
 * SQuAD 1.1 (Rajpurkar et al. 2016): questions on paragraphs of Wikipedia. Its test set is not published; the development
 * set is what is tested on.
 */
export const squad = squadFrom(published);

/** The data set, fetched from another place. */
export function squadFrom(downloads: readonly PublishedFile[]): QuestionFolder<'squad'> {
  return {
    ...facts,
    downloads,
    find,
    open,
    fetch: (dir, options) =>
      fetchOnce({ find, open }, dir, () => fetchFiles({ downloads, folder: facts.folder, dir, check: open }, options)),
  };
}

function find(dir: string): Promise<string | null> {
  return findFolder(facts, dir, (names) => Object.values(fileNames).some((name) => names.includes(name)));
}

async function open(folder: string): Promise<OpenedQuestions> {
  const missing = await missingIn(facts.title, folder, Object.values(fileNames));
  if (missing.length > 0) {
    const again = `fetch its files again (${address}), and name their folder with --data`;
    throw damagedFiles(facts.title, `${folder} holds no ${missing.join(', ')}`, again);
  }
  const read = async (name: string) => {
    const path = join(folder, name);
    return squadQuestions(facts.title, path, (await utf8Lines(facts.title, path)).join('\n'));
  };
  return { parts: { train: await read(fileNames.train), test: await read(fileNames.test) } };
}
