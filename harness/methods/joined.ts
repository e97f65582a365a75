import type { InitName, RegularizerName } from '../spec/words.ts';
import type { Method } from './method.ts';

/** The file that a method comes from. */
export interface MethodSource {
  /** Absolute. */
  path: string;
  /** SHA-256 of its content, hexadecimal. */
  sha256: string;
}

/** A method that takes part in a suite, named in it or not. */
export interface JoinedMethod {
  method: Method;
  /** Null for a method of the registry. */
  file: MethodSource | null;
  /**
   * The initializations and regularizers that a layer method knows; those of the low-rank arms where it does not say.
   */
  inits?: readonly InitName[] | undefined;
  regularizers?: readonly RegularizerName[] | undefined;
}
