import type { DownloadOptions, PublishedFile } from './download.ts';

/** The parts that every data set has. */
export type Part = 'train' | 'test';

/** What is known of a data set without its files, whatever it holds. */
interface DatasetFacts<Name extends string> {
  /** As suites write it. */
  readonly name: Name;
  /** As its authors write it. */
  readonly title: string;
  /** What its examples are. Data sets of one sort have the same further facts, and one loader. */
  readonly sort: string;
  /** Examples of the whole set; null: files of any size, or a size that a suite names. */
  readonly examples: Readonly<Record<Part, number>> | null;
}

/** A data set that follows from the program, so that it needs no files. */
export interface GeneratedDataset<Name extends string = string> extends DatasetFacts<Name> {
  readonly source: 'generated';
}

/** What every folder gives whose files have been looked over. */
export interface OpenedFolder {
  /** In words, what of the published files is not there though the rest can be used; absent: nothing. */
  readonly lacking?: string | undefined;
}

/** A data set in files: what they are called, what they must be, and where they come from. */
export interface FolderDataset<Name extends string = string, Opened extends OpenedFolder = OpenedFolder>
  extends DatasetFacts<Name> {
  readonly source: 'files';
  /** The name of the folder that holds the files. */
  readonly folder: string;
  /** What the folder holds, for people; names of files stand between backticks. */
  readonly files: string;
  /** What `fetch` downloads; nothing where each user has files of their own. */
  readonly downloads: readonly PublishedFile[];
  /** Where people find the same. */
  readonly address: string;
  /**
   * The folder of the files: the one called `folder` in `dir`, or `dir` itself; null where neither holds any of them
   * (also where `dir` does not exist).
   * @throws UsageError where a folder is there but cannot be read.
   */
  find(dir: string): Promise<string | null>;
  /** @throws UsageError where files are missing or not whole. */
  open(folder: string): Promise<Opened>;
  /**
   * Downloads and unpacks what is published into `dir`, and returns the data's folder; does nothing where `dir` holds
   * the data already.
   * @throws UsageError where nothing can be downloaded, and where the download, the unpacking or the files' check fails.
   */
  fetch(dir: string, options?: DownloadOptions): Promise<string>;
}

/** Any data set. */
export type Dataset = FolderDataset | GeneratedDataset;
