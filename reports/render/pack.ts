import { gzipSync } from 'node:zlib';

/** What a page shows on demand, as text within it: gzip in base64, which DecompressionStream opens. */
export function packed(content: string | Uint8Array): string {
  return gzipSync(content, { level: 9 }).toString('base64');
}
