import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Test helper: a server on loopback that records the requests' Range and answers as the test scripts it. */
export interface FileServer {
  readonly url: string;
  /** The Range header of each request so far; null where there was none. */
  readonly ranges: (string | null)[];
  readonly close: () => Promise<void>;
}

/** Answers the n-th request (from 0). */
export type Answer = (request: IncomingMessage, response: ServerResponse, n: number) => void;

export async function serve(answer: Answer): Promise<FileServer> {
  const ranges: (string | null)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? null);
    answer(request, response, ranges.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    ranges,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Sending {
  readonly etag?: string;
  /** Ends the connection when it has sent so many bytes. */
  readonly breakAfter?: number;
}

/** Sends the file, or by Range and If-Range the rest of it. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  how: Sending = {},
): void {
  const { etag, breakAfter } = how;
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const resumes = request.headers.range !== undefined && etag !== undefined && request.headers['if-range'] === etag;
  const body = resumes ? file.subarray(from) : file;
  const headers: Record<string, string | number> = { 'content-length': body.length };
  if (etag !== undefined) headers.etag = etag;
  if (resumes) headers['content-range'] = `bytes ${from}-${file.length - 1}/${file.length}`;
  response.writeHead(resumes ? 206 : 200, headers);
  if (breakAfter === undefined) response.end(body);
  else response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 250));
}
