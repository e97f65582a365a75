import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Download, download } from '../../harness/data/download.ts';
import { failure } from './failure.ts';
import { type Answer, type FileServer, sendFile, serve } from './file-server.ts';

const file = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const md5 = createHash('md5').update(file).digest('hex');

let dir: string;
let path: string;
let server: FileServer | null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-download-'));
  path = join(dir, 'sub', 'file.bin');
  server = null;
});
afterEach(async () => {
  await server?.close();
  await rm(dir, { recursive: true, force: true });
});

async function from(answer: Answer, changes: Partial<Download> = {}): Promise<void> {
  server = await serve(answer);
  const quick = { tries: 3, backOffMilliseconds: 1, stallMilliseconds: 5000 };
  await download({ url: server.url, path, bytes: file.length, md5, ...quick, ...changes });
}

async function expectComplete(): Promise<void> {
  expect(Buffer.compare(await readFile(path), file)).toBe(0);
  expect(await readdir(join(dir, 'sub'))).toEqual(['file.bin']);
}

const refuse =
  (status: number): Answer =>
  (_, response) => {
    response.writeHead(status).end();
  };

test('a file arrives whole, with progress up to its size, and nothing else stays', async () => {
  const progress: number[] = [];
  await from((request, response) => sendFile(request, response, file), {
    onProgress: ({ receivedBytes, totalBytes }) => {
      expect(totalBytes).toBe(300_000);
      progress.push(receivedBytes);
    },
  });
  await expectComplete();
  expect(progress[0]).toBe(0);
  expect(progress.at(-1)).toBe(300_000);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(server!.ranges).toEqual([null]);
});

test('a finished file with the right checksum is not fetched again', async () => {
  await from((request, response) => sendFile(request, response, file));
  await download({ url: server!.url, path, bytes: file.length, md5 });
  expect(server!.ranges).toHaveLength(1);
});

test('a finished file with another content is fetched again', async () => {
  path = join(dir, 'file.bin');
  await writeFile(path, new Uint8Array(file.length));
  await from((request, response) => sendFile(request, response, file));
  expect(Buffer.compare(await readFile(path), file)).toBe(0);
});

test('a broken connection is continued where it ended', async () => {
  await from((request, response, n) => {
    sendFile(request, response, file, n === 0 ? { etag: '"v1"', breakAfter: 100_000 } : { etag: '"v1"' });
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-']);
});

test('a later run continues what an earlier one left', async () => {
  const broken: Answer = (request, response) => sendFile(request, response, file, { etag: '"v1"', breakAfter: 70_000 });
  await failure(from(broken, { tries: 1 }));
  await server!.close();
  expect((await readFile(`${path}.part`)).length).toBe(70_000);
  await from((request, response) => sendFile(request, response, file, { etag: '"v1"' }));
  await expectComplete();
  expect(server!.ranges).toEqual(['bytes=70000-']);
});

test('a file that changed on the server is fetched from the start', async () => {
  const old = file.map((byte) => byte ^ 1);
  await from((request, response, n) => {
    if (n === 0) sendFile(request, response, old, { etag: '"v1"', breakAfter: 100_000 });
    else sendFile(request, response, file, { etag: '"v2"' });
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-']);
});

test('a server that ignores Range sends the file from the start', async () => {
  await from((request, response, n) => {
    delete request.headers.range;
    sendFile(request, response, file, n === 0 ? { etag: '"v1"', breakAfter: 100_000 } : { etag: '"v1"' });
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-']);
});

test('without a strong validator the next try starts anew', async () => {
  await from((request, response, n) => {
    sendFile(request, response, file, n === 0 ? { etag: 'W/"v1"', breakAfter: 100_000 } : {});
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, null]);
});

test('a server that answers another range than asked for is asked for the whole file', async () => {
  await from((request, response, n) => {
    if (n === 0) sendFile(request, response, file, { etag: '"v1"', breakAfter: 100_000 });
    else if (n === 1) response.writeHead(206, { 'content-range': 'bytes 5-299999/300000' }).end(file.subarray(5));
    else sendFile(request, response, file);
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-', null]);
});

test('HTTP 416 drops the unfinished file', async () => {
  await from((request, response, n) => {
    if (n === 0) sendFile(request, response, file, { etag: '"v1"', breakAfter: 100_000 });
    else if (n === 1) response.writeHead(416).end();
    else sendFile(request, response, file);
  });
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-', null]);
});

test('a wrong checksum removes what was received and names both checksums', async () => {
  const other = file.map((byte) => byte ^ 1);
  const message = await failure(from((request, response) => sendFile(request, response, other)));
  expect(message).toContain(`${server!.url} has MD5 ${createHash('md5').update(other).digest('hex')}, but ${md5}`);
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('HTTP 404 ends the download at once', async () => {
  expect(await failure(from(refuse(404)))).toContain(`${server!.url} was refused (HTTP 404 Not Found)`);
  expect(server!.ranges).toHaveLength(1);
});

test('HTTP 503 is tried again', async () => {
  await from((request, response, n) => (n < 2 ? refuse(503) : sendFile)(request, response, file as never));
  await expectComplete();
  expect(server!.ranges).toHaveLength(3);
});

test('HTTP 503 that lasts is reported with the number of tries', async () => {
  expect(await failure(from(refuse(503)))).toContain('could not be fetched in 3 tries (HTTP 503');
  expect(server!.ranges).toHaveLength(3);
});

test('a file of another size is refused before it is received', async () => {
  const message = await failure(from((request, response) => sendFile(request, response, file.subarray(0, 5000))));
  expect(message).toContain('sends 5000 bytes, but the file has 300000');
  expect(existsSync(path)).toBe(false);
});

test('an endless answer without a length is cut off at the size, and not kept', async () => {
  const endless: Answer = (_, response) => {
    const more = () => response.write(file, () => setImmediate(more));
    more();
  };
  expect(await failure(from(endless))).toContain('sends more than 300000 bytes');
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('an answer without a length that ends too early is tried again', async () => {
  await from((request, response, n) => {
    if (n === 0) {
      response.write(file.subarray(0, 1000));
      response.end();
    } else sendFile(request, response, file);
  });
  await expectComplete();
});

test('a connection that brings nothing more is given up and continued', async () => {
  await from(
    (request, response, n) => {
      if (n > 0) sendFile(request, response, file, { etag: '"v1"' });
      else response.writeHead(200, { 'content-length': 300_000, etag: '"v1"' }).write(file.subarray(0, 1000));
    },
    { stallMilliseconds: 200 },
  );
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=1000-']);
});

test('a connection that is slow but steady may take longer than the stall limit', async () => {
  const eighth = file.length / 8;
  const slow: Answer = (_, response) => {
    let sent = 0;
    response.writeHead(200, { 'content-length': file.length });
    const timer = setInterval(() => {
      response.write(file.subarray(sent, sent + eighth));
      sent += eighth;
      if (sent < file.length) return;
      clearInterval(timer);
      response.end();
    }, 100);
  };
  await from(slow, { stallMilliseconds: 600, tries: 1 });
  await expectComplete();
});

test('a server that never answers is reported as such', async () => {
  const message = await failure(from(() => {}, { stallMilliseconds: 100, tries: 2 }));
  expect(message).toContain('could not be fetched in 2 tries (nothing received for 0.1 s)');
});

test('a server that is not there is named with the reason', async () => {
  await from((request, response) => sendFile(request, response, file));
  const { url } = server!;
  await server!.close();
  const again = download({ url, path: join(dir, 'other'), bytes: 5, md5, tries: 2, backOffMilliseconds: 1 });
  expect(await failure(again)).toMatch(
    /could not be fetched in 2 tries \(.*ECONNREFUSED.*check the network connection/,
  );
});

test('what is not an http address is refused', async () => {
  for (const url of ['nonsense', 'ftp://host/file']) {
    expect(await failure(download({ url, path, bytes: 5, md5 }))).toContain(`'${url}' is not an address`);
  }
});

test.skipIf(!existsSync('/dev/full'))('a full disk ends the download at once and says so', async () => {
  path = join(dir, 'file.bin');
  await symlink('/dev/full', `${path}.part`);
  const message = await failure(from((request, response) => sendFile(request, response, file)));
  expect(message).toContain(`download: ${path}.part cannot be used (ENOSPC): the disk is full; free some space`);
  expect(server!.ranges).toHaveLength(1);
});

test('a folder that cannot be made is named', async () => {
  await writeFile(join(dir, 'sub'), 'a file in the place of the folder');
  expect(await failure(from(refuse(200)))).toMatch(/sub.* cannot be used \((EEXIST|ENOTDIR)\)/);
});

test('a file of unknown size is fetched, continued and checked by its checksum', async () => {
  const unknown = { bytes: null };
  await from((request, response, n) => {
    sendFile(request, response, file, n === 0 ? { etag: '"v1"', breakAfter: 100_000 } : { etag: '"v1"' });
  }, unknown);
  await expectComplete();
  expect(server!.ranges).toEqual([null, 'bytes=100000-']);
  await download({ url: server!.url, path, bytes: null, md5 });
  expect(server!.ranges).toHaveLength(2);
  await server!.close();
  await rm(path);
  const shorter = from((_, response) => response.end(file.subarray(0, 5000)), unknown);
  expect(await failure(shorter)).toMatch(/has MD5 [0-9a-f]{32}, but/);
});

test('a file of unknown checksum is fetched and checked by its size', async () => {
  const unknown = { md5: null };
  await from((request, response) => sendFile(request, response, file), unknown);
  await expectComplete();
  await download({ url: server!.url, path, bytes: file.length, md5: null });
  expect(server!.ranges).toHaveLength(1);
  await server!.close();
  await rm(path);
  const shorter = from((request, response) => sendFile(request, response, file.subarray(0, 5000)), unknown);
  expect(await failure(shorter)).toContain('sends 5000 bytes, but the file has 300000');
  await expect(download({ url: server!.url, path, bytes: null, md5: null })).rejects.toThrow(
    'neither size nor checksum',
  );
});
