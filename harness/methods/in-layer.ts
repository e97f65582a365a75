import { UsageError } from '../errors.ts';

/**
 * Runs what makes a layer of a method.
 *
 * @throws UsageError for bad input and Error for all else, naming method and layer
 */
export function inLayer<T>(method: string, layer: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = `method ${method}, layer ${layer}: ${error instanceof Error ? error.message : String(error)}`;
    throw error instanceof UsageError
      ? new UsageError(message, { cause: error })
      : new Error(message, { cause: error });
  }
}
