import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../errors.ts';
import { makeFolder } from '../setup/make-folder.mjs';
import { onDisk, removePart, sizeOf, type TransferProgress, transfer } from './transfer.ts';

/** A file as the authors of a data set publish it. */
export interface PublishedFile {
  /** Its name; of an archive, it tells the format. */
  readonly file: string;
  readonly url: string;
  /** null where it is not known: then the server's word is taken for it. */
  readonly bytes: number | null;
  /** Hexadecimal; null where it is not known, and then `bytes` is. */
  readonly md5: string | null;
}

/** What to fetch, where to put it, and how to know that it is right. */
export interface Download extends Omit<PublishedFile, 'file'> {
  /** The finished file; the unfinished one lies beside it as `<path>.part`. */
  readonly path: string;
  /** Called as bytes arrive. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Tries before giving up; each continues where the one before it stopped. Default 5. */
  readonly tries?: number | undefined;
  /** Wait before the second try, doubled before each further one. Default 1000. */
  readonly backOffMilliseconds?: number | undefined;
  /** A connection that brings nothing for so long is given up. Default 30000. */
  readonly stallMilliseconds?: number | undefined;
}

/** How a data set is downloaded; may name another place than the published one. */
export type DownloadOptions = Partial<Omit<Download, 'path'>>;

/**
 * Downloads a file of known size or MD5. Continues an unfinished `<path>.part` where the server supports it, checks
 * size and checksum, as far as they are known, and only then gives the file its name. A finished file that is right is
 * not fetched again.
 * @throws UsageError where the server refuses, sends another file or cannot be reached, or the disk is full.
 */
export async function download(request: Download): Promise<void> {
  const { url, path, bytes, md5 } = request;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new UsageError(`download: '${url}' is not an address; give one that starts with http:// or https://`);
  }
  if (bytes === null && md5 === null) throw new Error(`download: neither size nor checksum of ${url} is given`);
  const size = await sizeOf(path);
  if (size !== null && size === (bytes ?? size) && (md5 === null || (await md5Of(path)) === md5)) return;
  await onDisk(dirname(path), () => makeFolder(dirname(path)));
  const part = `${path}.part`;
  await transferWithRetries(request, part);
  const found = md5 === null ? null : await md5Of(part);
  if (found !== md5) {
    await removePart(part);
    throw new UsageError(
      `download: ${url} has MD5 ${found}, but ${md5} is expected; the received file was removed; ` +
        'try again, or fetch the file by hand from another place',
    );
  }
  await onDisk(path, () => rename(part, path));
  await removePart(part);
}

/** The MD5 of a file, hexadecimal. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await onDisk(path, async () => {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  });
  return hash.digest('hex');
}

async function transferWithRetries(request: Download, part: string): Promise<void> {
  const { url, bytes, onProgress, tries = 5, backOffMilliseconds = 1000, stallMilliseconds = 30_000 } = request;
  for (let attempt = 1; ; attempt++) {
    try {
      await transfer({ url, part, bytes, stallMilliseconds, onProgress });
      return;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (attempt >= tries) throw unreachable(url, tries, error);
    }
    await sleep(backOffMilliseconds * 2 ** (attempt - 1));
  }
}

function unreachable(url: string, tries: number, error: unknown): UsageError {
  return new UsageError(
    `download: ${url} could not be fetched in ${tries} tries (${reasonOf(error)}); check the network connection, ` +
      'and HTTPS_PROXY or HTTP_PROXY where there is a proxy, and run the command again (it continues where it stopped), ' +
      'or fetch the file by hand',
    { cause: error },
  );
}

/** The innermost reason of a failed request, such as `getaddrinfo ENOTFOUND ...`: fetch wraps it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}
