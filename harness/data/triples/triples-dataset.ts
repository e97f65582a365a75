import type { FootballSpec } from '../../spec/gaussian-attention.ts';
import type { FolderDataset, GeneratedDataset, OpenedFolder } from '../dataset.ts';
import type { Facts, TripleParts } from './triple-parts.ts';

/** Data sets of triples. */
interface OfTriples {
  readonly sort: 'triples';
}

/** Triples whose files have been read. */
export interface OpenedTriples extends OpenedFolder {
  readonly parts: TripleParts;
}

/** Triples in files. */
export type TripleFolder<Name extends string = string> = FolderDataset<Name, OpenedTriples> & OfTriples;

/** Triples that follow from the program. */
export type GeneratedTriples<Name extends string = string> = GeneratedDataset<Name> &
  OfTriples & {
    /** All facts of a knowledge base of the given size. */
    generate(spec: Pick<FootballSpec, FootballSize>): Facts;
  };

/** What says how large a generated knowledge base is. */
export type FootballSize = 'players' | 'clubs' | 'countries' | 'positions' | 'ages' | 'numbers';
