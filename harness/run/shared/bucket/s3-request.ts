import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Dispatcher } from 'undici';
import { proxyAgent } from '../../../data/request.ts';
import { UsageError } from '../../../errors.ts';
import { tooLarge } from '../shared-store.ts';
import { type BucketAddress, endpointOf } from './bucket-address.ts';
import { explainRefusal, type S3Answer } from './s3-refusal.ts';

/** One request to a bucket. */
export interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Of an object; left out: the bucket itself is asked. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** The most bytes of an answer that are read. */
  most: number;
  /** Statuses that the caller knows what to do with, beside those of success. */
  accepted?: readonly number[];
}

export interface S3Connection {
  /**
   * @throws UsageError where the request is refused, or where the server cannot be used for as long as it is asked again
   * @throws TooLargeError where the answer has more bytes
   */
  send(request: S3Request): Promise<S3Answer>;
  close(): Promise<void>;
}

/** Milliseconds before each further try. */
const growingWaits = [200, 400, 800, 1600, 3200, 6400];
/** Milliseconds without a sign from the server. */
const patienceMs = 60_000;
/** What says that the same request may succeed later. */
const passing: readonly (string | number)[] = [408, 409, 429, 500, 502, 503, 504, 'RequestTimeout', 'SlowDown'];

/** Connections to the server of a bucket, whose requests are signed (AWS Signature Version 4), by the proxy of `env`. */
export async function connectTo(
  address: BucketAddress,
  env: NodeJS.ProcessEnv,
  waits: readonly number[] = growingWaits,
): Promise<S3Connection> {
  const { origin, host, path } = endpointOf(address);
  const connections = await proxyAgent(env, {
    connect: { timeout: 10_000 },
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
  });
  const signer = new SignatureV4({
    service: 's3',
    region: address.region,
    credentials: address.credentials(),
    sha256: Sha256,
    uriEscapePath: false,
  });

  async function once(request: S3Request): Promise<S3Answer> {
    const { method, key, query = {}, body } = request;
    const named = key === undefined ? path || '/' : `${path}/${key.split('/').map(escaped).join('/')}`;
    const signed = await signer.sign({
      method,
      protocol: origin.protocol,
      hostname: origin.hostname,
      path: named,
      query,
      headers: { ...request.headers, host },
      ...(body === undefined ? {} : { body }),
    });
    const asked = Object.entries(query).map(([name, value]) => `${escaped(name)}=${escaped(value)}`);
    const response = await connections.request({
      origin: origin.origin,
      path: asked.length === 0 ? named : `${named}?${asked.join('&')}`,
      method,
      headers: signed.headers,
      body: body ?? null,
    });
    const { statusCode: status, headers } = response;
    return { status, headers, body: await wholeBody(response.body, key ?? 'the list of its objects', request.most) };
  }

  async function wholeBody(body: Dispatcher.ResponseData['body'], what: string, most: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > most) throw tooLarge(`--store ${address.shown}: ${what}`, most);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  return {
    async send(request) {
      const accepted = [200, 204, ...(request.accepted ?? [])];
      for (let tries = 1; ; tries++) {
        let answer: S3Answer | null = null;
        let problem: unknown = null;
        try {
          answer = await once(request);
        } catch (error) {
          if (error instanceof UsageError) throw error;
          problem = error;
        }
        if (answer !== null && accepted.includes(answer.status)) return answer;
        const wait = waits[tries - 1];
        const refusal = answer === null ? { code: null, error: null } : explainRefusal(answer, request, address);
        const mayPass = answer === null || passing.includes(answer.status) || passing.includes(refusal.code ?? '');
        if (refusal.error !== null && !mayPass) throw refusal.error;
        if (wait === undefined) throw unusable(address, origin, { answer, code: refusal.code, problem, tries });
        await sleep(wait);
      }
    },
    close: () => connections.destroy(),
  };
}

function unusable(
  { shown }: BucketAddress,
  { origin }: URL,
  end: { answer: S3Answer | null; code: string | null; problem: unknown; tries: number },
): UsageError {
  const { answer, code, problem, tries } = end;
  const why =
    answer === null
      ? `cannot be reached (${reasonOf(problem)})`
      : `answers HTTP ${answer.status}${code === null ? '' : ` (${code})`}`;
  return new UsageError(
    `--store ${shown}: ${origin} ${why}, asked ${tries} times. What is finished is kept in the output folder: see that ` +
      'the server runs and that AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL names it, and run it again.',
    { cause: problem },
  );
}

/** What a connection failed by; where several addresses were tried, the first one's. */
function reasonOf(problem: unknown): string {
  if (problem instanceof AggregateError) return reasonOf(problem.errors[0]);
  if (!(problem instanceof Error)) return String(problem);
  return 'code' in problem ? `${problem.code}: ${problem.message}` : problem.message;
}

/** As the signature has it: all but the letters, digits and `-._~` that are reserved for nothing. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What the signer hashes by: a class, as it makes its own. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('the signer uses each hash once');
  }
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  if (secret instanceof ArrayBuffer) return new Uint8Array(secret);
  return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}
