import { UsageError } from '../../../errors.ts';
import type { SharedStore } from '../shared-store.ts';
import type { BucketAddress } from './bucket-address.ts';
import { connectTo } from './s3-request.ts';

/** Bytes of a list of a thousand objects, and of a refusal. */
const largestList = 10e6;
/** Pages of a thousand objects. */
const mostPages = 10_000;

export interface BucketOptions {
  /** Milliseconds before each further try of a request. */
  waits?: readonly number[];
  /** Objects in one answer of a list, at most a thousand. */
  pageSize?: number;
}

/** An S3-compatible bucket as a shared store: a name is a key behind the address's prefix, and each request is atomic. */
export async function bucketStore(
  address: BucketAddress,
  env: NodeJS.ProcessEnv,
  { waits, pageSize = 1000 }: BucketOptions = {},
): Promise<SharedStore> {
  const { shown, prefix } = address;
  const connection = await connectTo(address, env, waits);
  const keyOf = (name: string) => `${prefix}${name}`;

  async function get(name: string, most: number): Promise<Buffer | null> {
    const { status, body } = await connection.send({ method: 'GET', key: keyOf(name), most, accepted: [404] });
    if (status !== 404) return body;
    // A bucket that is not there has no objects, either: it is told.
    if (body.includes('<Code>NoSuchBucket</Code>')) await list('');
    return null;
  }

  async function list(folder: string): Promise<string[]> {
    const inside = folder === '' ? prefix : `${keyOf(folder)}/`;
    const names: string[] = [];
    let token: string | null = null;
    for (let page = 0; page < mostPages; page++) {
      const { body } = await connection.send({
        method: 'GET',
        query: {
          delimiter: '/',
          'encoding-type': 'url',
          'list-type': '2',
          'max-keys': String(pageSize),
          prefix: inside,
          ...(token === null ? {} : { 'continuation-token': token }),
        },
        most: largestList,
      });
      const read = pageOf(body.toString('utf8'));
      if (read === null)
        throw new UsageError(`--store ${shown}: ${address.server} does not answer as S3 does; check it.`);
      names.push(...read.keys.filter((key) => key.startsWith(inside)).map((key) => key.slice(inside.length)));
      if (read.next === null) return names.filter((name) => name !== '');
      token = read.next;
    }
    throw new UsageError(
      `--store ${shown}: ${inside} has more objects than can be; choose another folder with --store.`,
    );
  }

  return {
    shown,
    get,
    list,
    async put(name, bytes) {
      await connection.send({ method: 'PUT', key: keyOf(name), body: bytes, most: largestList });
    },
    async create(name, bytes) {
      const request = { method: 'PUT', key: keyOf(name), body: bytes, most: largestList } as const;
      const headers = { 'if-none-match': '*' };
      const { status } = await connection.send({ ...request, headers, accepted: [412, 501] });
      if (status !== 501) return status !== 412;
      // A server that knows no conditions: two that write at once are then told apart by nothing.
      if ((await get(name, Number.POSITIVE_INFINITY)) !== null) return false;
      await connection.send(request);
      return true;
    },
    async remove(name) {
      await connection.send({ method: 'DELETE', key: keyOf(name), most: largestList, accepted: [404] });
    },
    close: () => connection.close(),
  };
}

/** The keys of one page of a list, and what names the next page; null where it is no such page. */
export function pageOf(xml: string): { keys: string[]; next: string | null } | null {
  if (!/<ListBucketResult[\s>]/.test(xml)) return null;
  const isEncoded = /<EncodingType>url<\/EncodingType>/.test(xml);
  const keys: string[] = [];
  for (const [, object = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = unescaped(/<Key>(.*?)<\/Key>/s.exec(object)?.[1] ?? '');
    const name = isEncoded ? decoded(key) : key;
    if (name !== null) keys.push(name);
  }
  const goesOn = /<IsTruncated>true<\/IsTruncated>/.test(xml);
  const next = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/s.exec(xml)?.[1];
  return goesOn && next === undefined ? null : { keys, next: goesOn ? unescaped(next ?? '') : null };
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(lt|gt|quot|apos|amp));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Null where it is no text that was encoded. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
