import { cleanText } from '../../foreign-text.ts';

/** What is common to those who ask a server that may be away. */

/** Resolves with the work, or once the signal ends the wait for it. */
export async function unlessEnded(work: Promise<void>, ended: AbortSignal): Promise<void> {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
    ended.addEventListener('abort', leave, { once: true });
    if (ended.aborted) resolve();
  });
  await Promise.race([work, left]).finally(() => ended.removeEventListener('abort', leave));
  // Where it was left, its own end concerns nobody.
  work.catch(() => {});
}

/** Why something could not be asked, in a line for people. */
export function whyOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error), 300);
}
