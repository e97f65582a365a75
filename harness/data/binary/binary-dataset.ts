import type { GeneratedBinarySpec } from '../../spec/amortized-inference.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder, Part } from '../dataset.ts';

/** Data sets whose examples are vectors of bits, or are made such by drawing each by its brightness. */
interface OfBits {
  readonly sort: 'binary-images';
}

/** Images of bytes, row by row, one after another. */
export interface GrayImages {
  readonly count: number;
  /** Of one image. */
  readonly pixels: number;
  /** 0 for black to 255 for white, [count·pixels]. */
  readonly bytes: Uint8Array;
}

/** A folder whose files have been read. */
export interface OpenedGrayImages extends OpenedFolder {
  readonly parts: Readonly<Record<Part, GrayImages>>;
}

/** Gray images in files. */
export type GrayImageFolder<Name extends string = string> = FolderDataset<Name, OpenedGrayImages> & OfBits;

/** Examples that are bits already, one row each. */
export interface Bits {
  readonly count: number;
  readonly pixels: number;
  /** 0 or 1, [count·pixels]. */
  readonly values: Uint8Array;
}

/** What a generated data set's examples follow from. */
export type BitSource = Pick<GeneratedBinarySpec, 'pixels' | 'latent' | 'units'>;

/** Bits that follow from the program. */
export type GeneratedBits<Name extends string = string> = GeneratedDataset<Name> &
  OfBits & {
    /** The first examples of a part: the same on every call. */
    generate(part: 'train' | 'validation' | 'test', count: number, source: BitSource): Bits;
  };
