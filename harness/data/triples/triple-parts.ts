/** Facts as triples of numbers, and the names that the numbers stand for. */

/** The parts of published triples. */
export const tripleParts = ['train', 'valid', 'test'] as const;
export type TriplePart = (typeof tripleParts)[number];

/** That `subject` stands in `relation` to `object`: all three are indices of names. */
export interface Triple {
  readonly subject: number;
  readonly relation: number;
  readonly object: number;
}

/** Facts, and what they are of. */
export interface Facts {
  readonly entities: readonly string[];
  /** One way round, as they are written. */
  readonly relations: readonly string[];
  readonly triples: readonly Triple[];
}

/** Facts in three parts: what is trained on, selected by, and tested on. */
export interface TripleParts extends Omit<Facts, 'triples'> {
  readonly triples: Readonly<Record<TriplePart, readonly Triple[]>>;
  /** The first entity, in the order of parts and lines, that no training triple has; null: there is none. */
  readonly unseen: UnseenEntity | null;
}

/** Where an entity occurs that is not trained. */
export interface UnseenEntity {
  readonly name: string;
  /** The file and its line. */
  readonly place: string;
  /** How many such entities there are. */
  readonly count: number;
}
