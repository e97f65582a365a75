import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { parseBucketAddress } from '../../../harness/run/shared/bucket/bucket-address.ts';
import { bucketStore, pageOf } from '../../../harness/run/shared/bucket/bucket-store.ts';
import type { SharedStore } from '../../../harness/run/shared/shared-store.ts';
import { freePort } from '../queue/redis-process.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const keys = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'very-secret',
  AWS_SESSION_TOKEN: 'token-secret',
};

/** A server that gives the answers in turn, the last one again and again. */
async function serverOf(...answers: readonly Answer[]): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push(request);
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function storeAt(url: string, env: NodeJS.ProcessEnv = {}): Promise<SharedStore> {
  const address = parseBucketAddress('s3://results/part', { AWS_ENDPOINT_URL: url, ...keys, ...env });
  const store = await bucketStore(address, {}, { waits: [5, 10] });
  onTestFinished(() => store.close());
  return store;
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body);
const refusal = (status: number, code: string, headers = {}) =>
  answer(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`, headers);
const cut: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': '10' });
  response.write('half', () => response.destroy());
};
const hangUp: Answer = (request) => void request.socket.destroy();

it.each([
  ['503 twice', [refusal(503, 'SlowDown'), answer(503), answer(200, 'whole text')]],
  ['500', [answer(500), answer(200, 'whole text')]],
  ['an answer that is cut', [cut, cut, answer(200, 'whole text')]],
  ['a connection that is closed', [hangUp, answer(200, 'whole text')]],
  ['a request that took too long', [refusal(400, 'RequestTimeout'), answer(200, 'whole text')]],
])('asks again, after %s', async (_what, answers) => {
  const { url, asked } = await serverOf(...answers);
  const store = await storeAt(url);
  expect((await store.get('a', 100))?.toString()).toBe('whole text');
  expect(asked).toHaveLength(answers.length);
});

it.each([
  ['503', answer(503), /answers HTTP 503, asked 3 times\. What is finished is kept in the output folder/],
  ['SlowDown', refusal(503, 'SlowDown'), /answers HTTP 503 \(SlowDown\), asked 3 times/],
  ['an answer that is cut', cut, /cannot be reached \(.+\), asked 3 times/],
])('gives up after some tries, and says what is kept: %s', async (_what, only, why) => {
  const { url, asked } = await serverOf(only);
  const failed = (await storeAt(url)).get('a', 100);
  await expect(failed).rejects.toThrow(UsageError);
  await expect(failed).rejects.toThrow(why);
  expect(asked).toHaveLength(3);
});

it('says where nothing listens, by which variable it is named, and what is kept', async () => {
  const store = await storeAt(`http://127.0.0.1:${await freePort()}`);
  const failed = store.put('a', Buffer.from('x'));
  await expect(failed).rejects.toThrow(
    /^--store s3:\/\/results\/part: http:\/\/127.0.0.1:\d+ cannot be reached \(ECONNREFUSED.*\), asked 3 times\. What is finished is kept .*AWS_ENDPOINT_URL/,
  );
  await expect(failed).rejects.not.toThrow(/secret|AKID/);
});

it.each([
  [refusal(403, 'InvalidAccessKeyId'), /the keys are refused \(InvalidAccessKeyId\); correct AWS_ACCESS_KEY_ID/],
  [refusal(400, 'ExpiredToken'), /the keys are refused \(ExpiredToken\); .* AWS_SESSION_TOKEN/],
  [refusal(403, 'AccessDenied'), /permission denied \(AccessDenied\) to put part\/a; give these keys the rights/],
  [answer(403), /permission denied \(HTTP 403\) to put part\/a/],
  [refusal(403, 'RequestTimeTooSkewed'), /the clock of this machine is wrong; set it/],
  [
    refusal(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-west-1', location: 'http://127.0.0.1:1/' }),
    /not in the region us-east-1; set AWS_REGION=eu-west-1/,
  ],
  [refusal(400, 'AuthorizationHeaderMalformed'), /not in the region us-east-1; set AWS_REGION to its own/],
  [refusal(404, 'NoSuchBucket'), /has no bucket results; create it/],
  [refusal(400, 'EntityTooLarge'), /answers HTTP 400 \(EntityTooLarge\) for PUT of part\/a/],
  [answer(418, '<html>\u001b[31m'), /answers HTTP 418 for PUT of part\/a; check the server/],
])('explains a refusal, which it asks for once: %#', async (only, why) => {
  const { url, asked } = await serverOf(only);
  const failed = (await storeAt(url)).put('a', Buffer.from('x'));
  await expect(failed).rejects.toThrow(UsageError);
  await expect(failed).rejects.toThrow(why);
  await expect(failed).rejects.not.toThrow(/secret|AKID/);
  expect(asked).toHaveLength(1);
});

it('reads no more than asked for of an object without end', async () => {
  const endless: Answer = (_, response) => {
    response.writeHead(200);
    const more = () => void (response.destroyed || response.write(Buffer.alloc(65_536), more));
    more();
  };
  const { url, asked } = await serverOf(endless);
  await expect((await storeAt(url)).get('a', 1e6)).rejects.toThrow(
    '--store s3://results/part: part/a has more than 1 MB',
  );
  expect(asked).toHaveLength(1);
});

it('refuses a list that is none', async () => {
  const { url } = await serverOf(answer(200, '<html>Log in</html>'));
  await expect((await storeAt(url)).list('records')).rejects.toThrow(`${url} does not answer as S3 does; check it.`);
});

it('creates an object where a server knows no conditions', async () => {
  const { url, asked } = await serverOf(answer(501), answer(404), answer(200));
  expect(await (await storeAt(url)).create('a', Buffer.from('x'))).toBe(true);
  expect(asked.map(({ method, headers }) => `${method} ${headers['if-none-match'] ?? ''}`)).toEqual([
    'PUT *',
    'GET ',
    'PUT ',
  ]);
  const taken = await serverOf(answer(501), answer(200, 'there'));
  expect(await (await storeAt(taken.url)).create('a', Buffer.from('x'))).toBe(false);
});

it('signs with the keys, the token and the region, and sends no secret', async () => {
  const { url, asked } = await serverOf(answer(200));
  await (await storeAt(url, { AWS_REGION: 'eu-central-1' })).put('records/ü', Buffer.from('x'));
  const [{ url: path, headers }] = asked as [IncomingMessage];
  expect(path).toBe('/results/part/records/%C3%BC');
  expect(headers['x-amz-security-token']).toBe('token-secret');
  expect(headers['x-amz-content-sha256']).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/s3\/aws4_request, SignedHeaders=host;x-amz-[\w;-]+, Signature=[\da-f]{64}$/,
  );
  expect(JSON.stringify(headers)).not.toContain('very-secret');
});

it.each([
  ['an empty page', '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>', { keys: [], next: null }],
  [
    'a page with another behind it',
    '<ListBucketResult xmlns="x"><IsTruncated>true</IsTruncated><EncodingType>url</EncodingType>' +
      '<Contents><Key>a%2Bb+c%C3%BC</Key><Size>1</Size></Contents><Contents><Key>%ff</Key></Contents>' +
      '<NextContinuationToken>1&amp;2</NextContinuationToken></ListBucketResult>',
    { keys: ['a+b cü'], next: '1&2' },
  ],
  [
    'keys that are not encoded',
    '<ListBucketResult>\n<Contents>\n<Key>a+b%20&lt;&#252;&#xfc;&amp;lt;</Key></Contents></ListBucketResult>',
    { keys: ['a+b%20<üü&lt;'], next: null },
  ],
  [
    'a page that does not say where the next is',
    '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    null,
  ],
])('reads a list: %s', (_what, xml, page) => {
  expect(pageOf(xml)).toEqual(page);
});

it.each([
  ['s3://results', { AWS_REGION: 'eu-west-1' }, 's3://results', '', 'https://s3.eu-west-1.amazonaws.com', true],
  ['s3://my.results/', {}, 's3://my.results', '', 'https://s3.us-east-1.amazonaws.com', false],
  [
    's3://results/a b/c/',
    { AWS_ENDPOINT_URL: 'http://h:9000/' },
    's3://results/a b/c',
    'a b/c/',
    'http://h:9000',
    false,
  ],
  [
    's3://results/x',
    { AWS_ENDPOINT_URL: 'http://other', AWS_ENDPOINT_URL_S3: 'https://h/base', AWS_DEFAULT_REGION: 'auto' },
    's3://results/x',
    'x/',
    'https://h/base',
    false,
  ],
])('reads the address %s', (text, env, shown, prefix, server, inHost) => {
  expect(parseBucketAddress(text, { ...keys, ...env })).toMatchObject({ shown, prefix, server, inHost });
});

it('takes the keys out of the environment, and shows them nowhere', () => {
  const env: NodeJS.ProcessEnv = { ...keys, HOME: '/home' };
  const address = parseBucketAddress('s3://results', env);
  expect(env).toEqual({ HOME: '/home' });
  expect(`${inspect(address, { depth: 9, showHidden: true })} ${JSON.stringify(address)}`).not.toMatch(/secret|AKID/);
  expect(address.credentials()).toEqual({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'very-secret',
    sessionToken: 'token-secret',
  });
});

it.each([
  ['s3://key:very-secret@results', {}, /^--store: is no address of a bucket; expected s3:\/\/BUCKET/],
  ['s3://Results', {}, /no name of a bucket/],
  ['s3://re', {}, /no name of a bucket/],
  ['s3://results/a/../b', {}, /empty name, a dot or a control character/],
  ['s3://results/a//b', {}, /empty name/],
  ['s3://results?a', {}, /no address of a bucket/],
  ['s3://results', { AWS_ENDPOINT_URL: 'h:9000' }, /AWS_ENDPOINT_URL: is no address of a server/],
  ['s3://results', { AWS_ENDPOINT_URL: 'http://key:very-secret@h' }, /AWS_ENDPOINT_URL: is no address of a server/],
  ['s3://results', { AWS_REGION: 'a b' }, /AWS_REGION: is no name of a region/],
])('refuses %s, without what it may hold', (text, env, why) => {
  const parse = () => parseBucketAddress(text, { ...env });
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(why);
  expect(parse).not.toThrow(/very-secret/);
});

it('says which keys are missing once the bucket is asked', async () => {
  const address = parseBucketAddress('s3://results', { AWS_ACCESS_KEY_ID: 'a' });
  await expect(bucketStore(address, {})).rejects.toThrow(
    '--store s3://results: no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  );
});
