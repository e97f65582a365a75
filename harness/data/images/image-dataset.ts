import { fetchArchive, fetchOnce } from '../archive.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder, Part } from '../dataset.ts';
import type { PublishedFile } from '../download.ts';
import { findFolder } from '../folder.ts';
import type { ImageSet } from './image-set.ts';

/** Of pixels scaled to [0, 1], a number for each channel. */
export interface Moments {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

/** What is known of a data set of labelled square images without its files. */
export interface ImageFacts {
  readonly sort: 'images';
  /** Images of the whole set. */
  readonly examples: Readonly<Record<Part, number>>;
  /** At most 256: a label is a byte. */
  readonly classes: number;
  /** Height and width in pixels. */
  readonly side: number;
  readonly channels: number;
  /** Of all published training images; null: of those that a cell is trained on. */
  readonly moments: Moments | null;
}

/** A folder's images whose files have been looked over; no image has been read. */
export interface OpenedImages extends OpenedFolder {
  /** Images that the files hold. */
  readonly counts: Readonly<Record<Part, number>>;
  /**
   * Reads the first `count` images of a part.
   * @throws UsageError where a file is damaged or holds fewer images, naming it, the place and the remedy.
   */
  read(part: Part, count: number): Promise<ImageSet>;
  /**
   * After reading: what a reader of results must know of the first `count` training images, such as that they are
   * others than the whole set's. Absent: nothing.
   */
  warnings?(count: number): readonly string[];
}

/** Labelled images in files. */
export type ImageFolder<Name extends string = string> = FolderDataset<Name, OpenedImages> & ImageFacts;

/** Labelled images that follow from the program. */
export type GeneratedImages<Name extends string = string> = GeneratedDataset<Name> &
  ImageFacts & {
    /** The most images that a part has. */
    readonly limits: Readonly<Record<Part, number>>;
    /** The first `count` images of a part: the same on every call. */
    generate(part: Part, count: number): ImageSet;
  };

/** What a data set of images in one archive has of its own. */
export interface ArchivedImages<Name extends string>
  extends Pick<ImageFolder<Name>, 'name' | 'title' | 'examples' | 'folder' | 'files' | 'open'>,
    Omit<ImageFacts, 'sort'> {
  readonly archive: PublishedFile;
  /** Whether a folder that holds these names holds files of the data set. */
  isIn(names: readonly string[]): boolean;
}

/** The data set of images that an archive unpacks to. */
export function archivedImages<Name extends string>(own: ArchivedImages<Name>): ImageFolder<Name> {
  const { archive, isIn, ...facts } = own;
  const { folder, open } = facts;
  const find = (dir: string) => findFolder(facts, dir, isIn);
  return {
    ...facts,
    sort: 'images',
    source: 'files',
    downloads: [archive],
    address: archive.url,
    find,
    fetch: (dir, options) =>
      fetchOnce({ find, open }, dir, () => fetchArchive({ archive, folder, dir, check: open }, options)),
  };
}
