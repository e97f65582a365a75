import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageError } from '../../errors.ts';
import type { Part } from '../dataset.ts';
import { damagedFiles, namesIn, unreadable } from '../folder.ts';
import type { ArchivedImages } from './image-dataset.ts';

/**
 * Finds the images of Tiny-ImageNet (Stanford CS231n): `wnids.txt` names the classes, one a line;
 * `train/<class>/images/*.JPEG`; `val/images/*.JPEG` with `val/val_annotations.txt`, whose lines name file and class,
 * followed by a box. The published test images have no labels: the validation images are the test set.
 */

/** The facts that finding its files needs. */
export type ListedDataset = Pick<ArchivedImages<string>, 'title' | 'classes' | 'archive'>;

/** An image's file and its class. */
export interface LabelledFile {
  /** From the data set's folder on. */
  readonly path: string;
  readonly label: number;
}

/**
 * The images of both parts. Training images come in turns: the first of each class in the order of `wnids.txt`, then
 * the second of each, so that the first n have all classes; test images in the order of `val_annotations.txt`.
 * @throws UsageError where files are missing or a line is wrong, naming file, line and byte offset.
 */
export async function listTinyImagenet(dataset: ListedDataset, folder: string): Promise<Record<Part, LabelledFile[]>> {
  const classes = await readClasses(dataset, folder);
  const ofClasses = await Promise.all(classes.map((wnid) => trainFiles(dataset, folder, wnid)));
  const most = Math.max(...ofClasses.map((files) => files.length));
  const turns = Array.from({ length: most }, (_, turn) => turn);
  const train = turns.flatMap((turn) =>
    ofClasses.flatMap((files, label) => (files[turn] === undefined ? [] : [{ path: files[turn], label }])),
  );
  return { train, test: await testFiles(dataset, folder, classes) };
}

/** The error for files that are not whole. */
export function damaged({ title, archive }: ListedDataset, what: string): UsageError {
  return damagedFiles(title, what, `unpack ${archive.file} again, and name the folder with --data`);
}

async function readClasses(dataset: ListedDataset, folder: string): Promise<string[]> {
  const lines = await readLines(dataset, folder, 'wnids.txt');
  const classes = lines.map(({ text, place }, index) => {
    if (!/^n\d{8}$/.test(text)) throw damaged(dataset, `${place} is '${text}', not a class such as n01443537`);
    const first = lines.findIndex((line) => line.text === text);
    if (first !== index) throw damaged(dataset, `${place} names class ${text} again`);
    return text;
  });
  if (classes.length === 0) throw damaged(dataset, `${join(folder, 'wnids.txt')} is empty`);
  if (classes.length > dataset.classes) {
    throw damaged(dataset, `${join(folder, 'wnids.txt')} names ${classes.length} classes, not ${dataset.classes}`);
  }
  return classes;
}

async function trainFiles(dataset: ListedDataset, folder: string, wnid: string): Promise<string[]> {
  const place = join('train', wnid, 'images');
  const names = await namesIn(dataset.title, join(folder, place));
  if (names === null) throw damaged(dataset, `${folder} holds no ${place}`);
  const images = names.filter(isImage).sort(byNumber);
  if (images.length === 0) throw damaged(dataset, `${join(folder, place)} holds no images (*.JPEG)`);
  return images.map((name) => join(place, name));
}

async function testFiles(dataset: ListedDataset, folder: string, classes: readonly string[]): Promise<LabelledFile[]> {
  const lines = await readLines(dataset, folder, join('val', 'val_annotations.txt'));
  const place = join('val', 'images');
  const names = new Set(await namesIn(dataset.title, join(folder, place)));
  if (names.size === 0) throw damaged(dataset, `${folder} holds no ${place}`);
  const labels = new Map(classes.map((wnid, label) => [wnid, label]));
  return lines.map((line) => {
    const [name = '', wnid = ''] = line.text.split('\t');
    const label = labels.get(wnid);
    if (label === undefined) {
      throw damaged(dataset, `${line.place} has class '${wnid}', which wnids.txt does not name`);
    }
    if (!names.has(name))
      throw damaged(dataset, `${line.place} names ${name}, which ${join(folder, place)} does not hold`);
    return { path: join(place, name), label };
  });
}

interface Line {
  readonly text: string;
  /** Where it is, for messages. */
  readonly place: string;
}

async function readLines(dataset: ListedDataset, folder: string, name: string): Promise<Line[]> {
  const path = join(folder, name);
  const content = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? damaged(dataset, `${folder} holds no ${name}`)
      : unreadable(dataset.title, path, error);
  });
  let offset = 0;
  const lines = content.split('\n').map((text, index) => {
    const place = `${path}: line ${index + 1} (byte offset ${offset})`;
    offset += text.length + 1;
    return { text: text.trimEnd(), place };
  });
  // What follows the last line's end.
  return lines.at(-1)?.text === '' ? lines.slice(0, -1) : lines;
}

function isImage(name: string): boolean {
  return name.endsWith('.JPEG');
}

/** By the number at the end: n01443537_2.JPEG before n01443537_10.JPEG. */
function byNumber(a: string, b: string): number {
  const number = (name: string) => Number(/(\d+)\.JPEG$/.exec(name)?.[1] ?? 0);
  return number(a) - number(b) || (a < b ? -1 : 1);
}
