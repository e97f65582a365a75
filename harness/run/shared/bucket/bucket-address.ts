import { UsageError } from '../../../errors.ts';

/** Who asks a server of buckets. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Where a bucket is. The keys are nowhere in it but in what `credentials` gives. */
export interface BucketAddress {
  /** For people, logs and files. */
  readonly shown: string;
  readonly bucket: string;
  /** Before the names of all objects, with an ending slash; empty: none. */
  readonly prefix: string;
  readonly region: string;
  /** The address of the server: Amazon's, or the one that the environment names. */
  readonly server: string;
  /** Whether the bucket's name is part of the server's: Amazon's own servers have it so. */
  readonly inHost: boolean;
  /** @throws UsageError where there are none */
  credentials(): Credentials;
}

const expected = 'expected s3://BUCKET or s3://BUCKET/FOLDER, or the path of a folder';
const secretVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/**
 * Reads the address of a bucket; server, region and keys are in the standard variables of `env`. Messages never quote
 * keys, which are taken out of `env`, as cells' processes inherit it.
 *
 * @throws UsageError where it is none, or where a variable is missing or wrong
 */
export function parseBucketAddress(text: string, env: NodeJS.ProcessEnv): BucketAddress {
  const parts = /^s3:\/\/([^/@?#]*)(?:\/([^?#]*))?$/.exec(text);
  // A text of another form may hold keys.
  if (parts === null)
    throw new UsageError(`--store: is no address of a bucket; ${expected}. Keys are given by variables.`);
  const [, bucket = '', folder = ''] = parts;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new UsageError(
      `--store s3://${bucket}: is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens.`,
    );
  }
  const prefix = prefixOf(folder);
  const shown = `s3://${bucket}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`;
  const named = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  if (!/^[a-z0-9-]{1,60}$/.test(region))
    throw new UsageError('AWS_REGION: is no name of a region; such as eu-central-1.');
  const server = named === undefined ? `https://s3.${region}.amazonaws.com` : serverOf(named);
  const [accessKeyId, secretAccessKey, sessionToken] = secretVariables.map((name) => env[name]);
  for (const name of secretVariables) delete env[name];
  return {
    shown,
    bucket,
    prefix,
    region,
    server,
    // Certificates of the servers are for one name before theirs.
    inHost: named === undefined && !bucket.includes('.'),
    credentials() {
      if (!accessKeyId || !secretAccessKey) {
        throw new UsageError(`--store ${shown}: no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`);
      }
      return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
    },
  };
}

function prefixOf(folder: string): string {
  const names = folder.replace(/\/$/, '').split('/');
  if (folder === '' || folder === '/') return '';
  if (names.some((name) => name === '' || name === '.' || name === '..') || /\p{Cc}/u.test(folder)) {
    throw new UsageError(
      '--store: the folder in the bucket has an empty name, a dot or a control character; correct it.',
    );
  }
  if (Buffer.byteLength(folder) > 400)
    throw new UsageError('--store: the folder in the bucket has more than 400 bytes.');
  return `${names.join('/')}/`;
}

function serverOf(named: string): string {
  const url = URL.canParse(named) ? new URL(named) : null;
  const isServer = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (!isServer || url.search !== '' || url.hash !== '') {
    throw new UsageError('AWS_ENDPOINT_URL: is no address of a server; expected http(s)://HOST[:PORT], without keys.');
  }
  return url.href.replace(/\/$/, '');
}

/** Where requests for a bucket go: the server, the name it is addressed by, and the path of the bucket there. */
export function endpointOf({ server, bucket, inHost }: BucketAddress): { origin: URL; host: string; path: string } {
  const url = new URL(server);
  if (inHost) url.hostname = `${bucket}.${url.hostname}`;
  const base = url.pathname.replace(/\/$/, '');
  return { origin: new URL(url.origin), host: url.host, path: inHost ? base : `${base}/${bucket}` };
}
