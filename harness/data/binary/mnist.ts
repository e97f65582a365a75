import { join } from 'node:path';
import { fetchOnce } from '../archive.ts';
import type { Part } from '../dataset.ts';
import type { PublishedFile } from '../download.ts';
import { damagedFiles, findFolder, namesIn } from '../folder.ts';
import { fetchFiles } from '../published-files.ts';
import type { GrayImageFolder, GrayImages, OpenedGrayImages } from './binary-dataset.ts';
import { readIdxImages } from './idx-images.ts';

const address = 'http://yann.lecun.com/exdb/mnist';
const fileNames = { train: 'train-images-idx3-ubyte', test: 't10k-images-idx3-ubyte' } as const;
const side = 28;

const facts = {
  name: 'mnist',
  title: 'MNIST',
  sort: 'binary-images',
  source: 'files',
  examples: { train: 60_000, test: 10_000 },
  folder: 'mnist',
  files: 'IDX, packed or not: `train-images-idx3-ubyte.gz`, `t10k-images-idx3-ubyte.gz`',
  address,
} as const;

/** Packed files, as their author publishes them. */
const published: readonly PublishedFile[] = [
  { file: `${fileNames.train}.gz`, bytes: 9_912_422, md5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873' },
  { file: `${fileNames.test}.gz`, bytes: 1_648_877, md5: '9fb629c4189551a2d022fa330f9573f3' },
].map((one) => ({ ...one, url: `${address}/${one.file}` }));

/** The images of MNIST (LeCun, Bottou, Bengio and Haffner 1998); their labels are not read. */
export const mnist = mnistFrom(published);

/** The data set, fetched from another place. */
export function mnistFrom(downloads: readonly PublishedFile[]): GrayImageFolder<'mnist'> {
  return {
    ...facts,
    downloads,
    find,
    open,
    fetch: (dir, options) =>
      fetchOnce({ find, open }, dir, () => fetchFiles({ downloads, folder: facts.folder, dir, check: open }, options)),
  };
}

/** Names that a part's file may have: unpacked files are taken first. */
function namesOf(part: Part): string[] {
  return [fileNames[part], `${fileNames[part]}.gz`];
}

function find(dir: string): Promise<string | null> {
  const all = [...namesOf('train'), ...namesOf('test')];
  return findFolder(facts, dir, (names) => all.some((name) => names.includes(name)));
}

const again = `fetch its files again (${address}), and name their folder with --data`;

async function open(folder: string): Promise<OpenedGrayImages> {
  const present = (await namesIn(facts.title, folder)) ?? [];
  const read = async (part: Part): Promise<GrayImages> => {
    const names = namesOf(part);
    const name = names.find((one) => present.includes(one));
    if (name === undefined) throw damagedFiles(facts.title, `${folder} holds no ${names.join(' or ')}`, again);
    return readIdxImages({ title: facts.title, path: join(folder, name), side, again });
  };
  return { parts: { train: await read('train'), test: await read('test') } };
}
