import { UsageError } from '../../../errors.ts';
import { cleanName, cleanText } from '../../../foreign-text.ts';
import type { BucketAddress } from './bucket-address.ts';

export interface S3Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** A refusal as the protocol has it, and in words; the code is null where the answer has none. */
export interface Refusal {
  code: string | null;
  error: UsageError;
}

const keyVariables = 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, of temporary keys, AWS_SESSION_TOKEN';
const ofKeys = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'];
const ofRegions = [
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
];

/** Says why a bucket's server refuses a request, and what helps. */
export function explainRefusal(
  answer: S3Answer,
  { method, key }: { method: string; key?: string },
  { shown, bucket, server, region }: BucketAddress,
): Refusal {
  const { status } = answer;
  const code = codeIn(answer);
  const what = key === undefined ? 'its list of objects' : cleanName(key);
  const says = (words: string): Refusal => ({ code, error: new UsageError(`--store ${shown}: ${words}.`) });
  if (code === 'NoSuchBucket' || (status === 404 && key === undefined)) {
    return says(`${server} has no bucket ${bucket}; create it, correct the name, or AWS_ENDPOINT_URL`);
  }
  if (code === 'RequestTimeTooSkewed') return says('the clock of this machine is wrong; set it');
  if (code !== null && ofKeys.includes(code)) return says(`the keys are refused (${code}); correct ${keyVariables}`);
  const home = answer.headers['x-amz-bucket-region'];
  if ((code !== null && ofRegions.includes(code)) || (status >= 300 && status < 400)) {
    const where = typeof home === 'string' ? cleanName(cleanText(home, 60)) : null;
    const remedy = where === null ? 'AWS_REGION to its own' : `AWS_REGION=${where}`;
    return says(`the bucket is not in the region ${region}; set ${remedy}`);
  }
  if (status === 401 || status === 403) {
    const right = { GET: key === undefined ? 'list' : 'get', PUT: 'put', DELETE: 'delete' }[method] ?? method;
    return says(
      `permission denied (${code ?? `HTTP ${status}`}) to ${right} ${what}; give these keys the rights to list the ` +
        'bucket, and to get, put and delete its objects',
    );
  }
  return says(
    `${server} answers HTTP ${status}${code === null ? '' : ` (${code})`} for ${method} of ${what}; check the server`,
  );
}

/** The code that an answer's XML names; null where there is none. */
export function codeIn({ body }: Pick<S3Answer, 'body'>): string | null {
  return /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(body.toString('utf8', 0, 10_000))?.[1] ?? null;
}
