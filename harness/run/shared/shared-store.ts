import { UsageError } from '../../errors.ts';

/**
 * What several machines share beside their own output folders: objects with names like paths, each replaced as a whole. A
 * reader sees the old object or the new one, never a part.
 */
export interface SharedStore {
  /** For people: without keys and passwords. */
  readonly shown: string;
  /**
   * The bytes of an object; null where there is none.
   *
   * @param most bytes; no memory may hold a larger one
   * @throws TooLargeError where it has more
   */
  get(name: string, most: number): Promise<Buffer | null>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Puts an object where there is none. False: there is one, and stays. */
  create(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Does nothing where there is none. */
  remove(name: string): Promise<void>;
  /** The names, without the folder, of the objects directly in a folder, in no order. */
  list(folder: string): Promise<string[]>;
  /** Lets go of connections. */
  close(): Promise<void>;
}

/** Bytes of the weights or the checkpoint of a cell: about what one request can put. */
export const largestTensors = 4e9;
/** Objects that are asked for at once. */
export const atOnce = 8;

/** An object is larger than what is read of its sort: it is none that the program wrote. */
export class TooLargeError extends UsageError {}

/** The words for an object of too many bytes. */
export function tooLarge(what: string, most: number): TooLargeError {
  return new TooLargeError(`${what} has more than ${Math.round(most / 1e6)} MB, the most of its sort; remove it.`);
}

/** A store's part of one run: what is named in it lies in a folder of its own. */
export function folderOf(store: SharedStore, folder: string): SharedStore {
  const within = (name: string) => `${folder}/${name}`;
  return {
    shown: `${store.shown}/${folder}`,
    get: (name, most) => store.get(within(name), most),
    put: (name, bytes) => store.put(within(name), bytes),
    create: (name, bytes) => store.create(within(name), bytes),
    remove: (name) => store.remove(within(name)),
    list: (inner) => store.list(within(inner)),
    close: () => store.close(),
  };
}
