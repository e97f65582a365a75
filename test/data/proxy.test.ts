import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { download } from '../../harness/data/download.ts';
import { failure } from './failure.ts';
import { type FileServer, sendFile, serve } from './file-server.ts';

const file = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const md5 = createHash('md5').update(file).digest('hex');

let dir: string;
let path: string;
let server: FileServer;
let proxy: Proxy;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'factorbench-proxy-'));
  path = join(dir, 'file.bin');
  server = await serve((request, response) => sendFile(request, response, file));
  proxy = await startProxy();
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']) {
    vi.stubEnv(name, undefined);
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  await proxy.close();
  await rm(dir, { recursive: true, force: true });
});

interface Proxy {
  address: string;
  /** `METHOD address` of each request, with the credentials that it carried. */
  asked: string[];
  close(): Promise<void>;
}

/** Forwards plain requests; notes tunnels, and refuses them. */
async function startProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const note = (method: string | undefined, url: string | undefined, credentials: string | undefined) =>
    asked.push([method, url, credentials].filter((part) => part !== undefined).join(' '));
  const listening = createServer((incoming, outgoing) => {
    note(incoming.method, incoming.url, incoming.headers['proxy-authorization']);
    const onward = forward(incoming.url ?? '', { headers: incoming.headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.end();
  });
  listening.on('connect', (incoming, socket) => {
    note(incoming.method, incoming.url, incoming.headers['proxy-authorization']);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  return {
    asked,
    address: `127.0.0.1:${port}`,
    async close() {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

const fetchFile = (url: string) =>
  download({ url, path, bytes: file.length, md5, tries: 1, backOffMilliseconds: 1, stallMilliseconds: 5000 });

test.each(['HTTP_PROXY', 'http_proxy'])('a plain address is asked for through %s', async (name) => {
  vi.stubEnv(name, `http://${proxy.address}`);
  await fetchFile(server.url);
  expect(proxy.asked).toEqual([`GET ${server.url}`]);
  expect(Buffer.compare(await readFile(path), file)).toBe(0);
});

test.each(['HTTPS_PROXY', 'https_proxy'])('an encrypted address is reached by a tunnel of %s', async (name) => {
  vi.stubEnv(name, `http://${proxy.address}`);
  const message = await failure(fetchFile('https://example.invalid/file'));
  expect(proxy.asked).toEqual(['CONNECT example.invalid:443']);
  expect(message).toMatch(/could not be fetched in 1 tries \(.*403.*\); .*HTTPS_PROXY/);
});

test('a proxy may want a name and a password, and its scheme may be left out', async () => {
  vi.stubEnv('HTTP_PROXY', `me:secret@${proxy.address}`);
  await fetchFile(server.url);
  expect(proxy.asked).toEqual([`GET ${server.url} Basic ${Buffer.from('me:secret').toString('base64')}`]);
});

test.each(['NO_PROXY', 'no_proxy'])('%s names what is reached directly', async (name) => {
  vi.stubEnv('HTTP_PROXY', `http://${proxy.address}`);
  vi.stubEnv(name, 'localhost,127.0.0.1');
  await fetchFile(server.url);
  expect(proxy.asked).toEqual([]);
  expect(server.ranges).toHaveLength(1);
});

test.each([
  ['HTTP_PROXY', 'socks5://me:secret@proxy'],
  ['http_proxy', 'not an address, secret'],
  ['HTTPS_PROXY', 'http://me:%zzsecret@proxy'],
])('%s that is no address is named, without what may be a password', async (name, value) => {
  vi.stubEnv(name, value);
  const message = await failure(fetchFile(server.url));
  expect(message).toContain(`${name} is no address of an HTTP proxy`);
  expect(message).not.toContain('secret');
});

test('a proxy that is not there is told', async () => {
  await proxy.close();
  vi.stubEnv('HTTP_PROXY', `http://${proxy.address}`);
  expect(await failure(fetchFile(server.url))).toMatch(/could not be fetched in 1 tries \(.*ECONNREFUSED/);
  proxy = await startProxy();
});
