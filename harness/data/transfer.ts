import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import { onFile } from '../file-errors.ts';

/** One try of a download: bytes from an address into an unfinished file. */
export interface Transfer {
  readonly url: string;
  /**
   * The unfinished file. What identifies the server's version of it (RFC 9110, section 8.8) lies in `<part>.validator`.
   */
  readonly part: string;
  /** null where it is not known. */
  readonly bytes: number | null;
  /** A connection that brings nothing for so long is given up. */
  readonly stallMilliseconds: number;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** How far a transfer is. */
export interface TransferProgress {
  readonly receivedBytes: number;
  /** null where neither the caller nor the server tells. */
  readonly totalBytes: number | null;
}

/**
 * Receives what is missing of `part`. Continues at its end where the server confirms, by If-Range, that it still has
 * the version that `part` began with; starts from zero otherwise. Ends with `part` at `bytes` bytes, or at those that
 * the server says it has, not yet checked further.
 * @throws UsageError where another try cannot help (refused, another file, disk full); any other error is worth one.
 */
export async function transfer(request: Transfer): Promise<void> {
  const { url, part, bytes, stallMilliseconds } = request;
  const kept = await keptBytes(request);
  if (kept.bytes === bytes) return;
  const abort = new AbortController();
  const stalled = setTimeout(
    () => abort.abort(new Error(`nothing received for ${stallMilliseconds / 1000} s`)),
    stallMilliseconds,
  );
  try {
    // The server must not compress on the way: fetch would undo that, and the byte positions would not fit.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (kept.validator !== null) Object.assign(headers, { range: `bytes=${kept.bytes}-`, 'if-range': kept.validator });
    const response = await fetch(url, { headers, signal: abort.signal });
    const { start, total } = await placeOf(response, request, kept.bytes);
    const file = await onDisk(part, () => open(part, start === 0 ? 'w' : 'a'));
    try {
      if (start === 0) await onDisk(part, () => writeFile(validatorOf(part), validatorIn(response) ?? ''));
      await store(response, file, start, total, request, stalled);
    } finally {
      await file.close();
    }
  } finally {
    clearTimeout(stalled);
    abort.abort();
  }
}

/** Removes an unfinished file and what belongs to it. */
export async function removePart(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(validatorOf(part), { force: true });
}

/** A file's size in bytes; null where there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  return onDisk(path, () =>
    stat(path).then(
      ({ size }) => size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      },
    ),
  );
}

function validatorOf(part: string): string {
  return `${part}.validator`;
}

/** How much of an earlier try can stay: all of it where its version is known, else nothing. */
async function keptBytes({ part, bytes }: Transfer): Promise<{ bytes: number; validator: string | null }> {
  const size = (await sizeOf(part)) ?? 0;
  if (size === bytes) return { bytes: size, validator: null };
  const known = (await sizeOf(validatorOf(part))) ?? 0;
  if (size === 0 || (bytes !== null && size > bytes) || known === 0) return { bytes: 0, validator: null };
  return { bytes: size, validator: await onDisk(part, () => readFile(validatorOf(part), 'utf8')) };
}

/** A strong entity tag, or the date of the last change; null where the server gives neither. */
function validatorIn({ headers }: Response): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : headers.get('last-modified');
}

/** The position that the response's first byte has in the file, and the file's size. */
async function placeOf(
  response: Response,
  { url, part, bytes }: Transfer,
  kept: number,
): Promise<{ start: number; total: number | null }> {
  const { status, headers } = response;
  if (status === 200) {
    const length = headers.get('content-length');
    if (length !== null && bytes !== null && Number(length) !== bytes) throw anotherFile(url, `${length} bytes`, bytes);
    return { start: 0, total: bytes ?? (length === null ? null : Number(length)) };
  }
  if (status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
    const told = range === null || range[2] === '*' ? null : Number(range[2]);
    if (range !== null && Number(range[1]) === kept && (told === null || told === (bytes ?? told))) {
      return { start: kept, total: bytes ?? told };
    }
    await removePart(part);
    throw new Error(`the server sent another range than asked for: ${headers.get('content-range')}`);
  }
  if (status === 416) {
    await removePart(part);
    throw new Error('the server cannot continue the unfinished file (HTTP 416)');
  }
  const reason = `HTTP ${status}${response.statusText === '' ? '' : ` ${response.statusText}`}`;
  if (status === 408 || status === 429 || status >= 500) throw new Error(reason);
  throw new UsageError(`download: ${url} was refused (${reason}); check the address, or fetch the file by hand`);
}

async function store(
  response: Response,
  file: FileHandle,
  start: number,
  total: number | null,
  { url, part, onProgress }: Transfer,
  stalled: NodeJS.Timeout,
): Promise<void> {
  let received = start;
  onProgress?.({ receivedBytes: received, totalBytes: total });
  for await (const chunk of response.body ?? []) {
    stalled.refresh();
    if (total !== null && received + chunk.length > total) {
      await removePart(part);
      throw anotherFile(url, `more than ${total} bytes`, total);
    }
    await onDisk(part, () => file.writeFile(chunk));
    received += chunk.length;
    onProgress?.({ receivedBytes: received, totalBytes: total });
  }
  if (total !== null && received < total) {
    throw new Error(`the connection ended after ${received} of ${total} bytes`);
  }
}

function anotherFile(url: string, sent: string, bytes: number): UsageError {
  return new UsageError(
    `download: ${url} sends ${sent}, but the file has ${bytes}; a proxy or a login page may have answered; ` +
      'check the network, or fetch the file by hand',
  );
}

/** Failures of the disk end the download at once: another try would meet them again. */
export function onDisk<T>(path: string, operation: () => T | Promise<T>): Promise<T> {
  const remedy = 'name another folder with --data; run again, and the download continues where it stopped';
  return onFile({ of: 'download', done: 'used', path, remedy }, operation);
}
