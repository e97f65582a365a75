import { readdir } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { FileDatasetName } from '../spec/spec.ts';
import type { LanguageName, TextFileDatasetName } from '../spec/text.ts';
import type { Archive, ArchiveOptions } from './archive.ts';
import type { ImageSet } from './images/image-set.ts';
import type { Corpus } from './text/text-pair.ts';

export type Part = 'train' | 'test';

/** A folder's data set whose files have been looked over; no image has been read. */
export interface OpenedDataset {
  /** Images that the files hold. */
  readonly counts: Readonly<Record<Part, number>>;
  /**
   * Reads the first `count` images of a part.
   * @throws UsageError where a file is damaged or holds fewer images, naming it, the place and the remedy.
   */
  read(part: Part, count: number): Promise<ImageSet>;
}

/** A data set in files: where they lie, what they must be, and where they come from. */
export interface FolderDataset<Name extends string, Opened> {
  readonly name: Name;
  readonly title: string;
  /** What a folder of it holds, for messages: `binary version: train.bin and test.bin, there or in cifar-100-binary`. */
  readonly holds: string;
  /**
   * The folder of the files: `dir` itself or its subfolder of the published name; null where neither holds any of them
   * (also where `dir` does not exist).
   * @throws UsageError where a folder is there but cannot be read.
   */
  find(dir: string): Promise<string | null>;
  /** @throws UsageError where files are missing or not whole. */
  open(folder: string): Promise<Opened>;
  /**
   * Downloads and unpacks what is published into `dir`, and returns the data's folder; does nothing where `dir` holds the
   * data already.
   * @throws UsageError where the download, the unpacking or the files' check fails.
   */
  fetch(dir: string, options?: ArchiveOptions): Promise<string>;
}

/** Labelled images, published as one archive. */
export interface FileDataset extends FolderDataset<FileDatasetName, OpenedDataset> {
  readonly archive: Archive;
}

/** Parallel text whose files have been read, and whose sides fit. */
export interface OpenedText {
  corpus(source: LanguageName, target: LanguageName): Corpus;
}

export type TextDataset = FolderDataset<TextFileDatasetName, OpenedText>;

/**
 * The names in a folder; null where there is none.
 * @throws UsageError where it cannot be read.
 */
export async function namesIn(title: string, folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(title, folder, error);
  }
}

export function unreadable(title: string, path: string, cause: unknown): UsageError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new UsageError(`${title}: ${path} cannot be read (${code ?? message}); check its permissions`, { cause });
}

/** Those of `files` that a folder does not hold. */
export async function missingIn(title: string, folder: string, files: readonly string[]): Promise<string[]> {
  const names = (await namesIn(title, folder)) ?? [];
  return files.filter((file) => !names.includes(file));
}
