import { UsageError } from '../errors.ts';

/** A sentence for people, with what it is about. */
export function ofLayer(method: string, layer: string, sentence: string): string {
  return `method ${method}, layer ${layer}: ${sentence}`;
}

/**
 * Runs what makes a layer of a method.
 *
 * @throws UsageError for bad input and Error for all else, naming method and layer
 */
export function inLayer<T>(method: string, layer: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = ofLayer(method, layer, error instanceof Error ? error.message : String(error));
    throw error instanceof UsageError
      ? new UsageError(message, { cause: error })
      : new Error(message, { cause: error });
  }
}
