import { UsageError } from '../../errors.ts';

/** What a client is told of a server. */
export interface ServerOptions {
  host: string;
  port: number;
  db: number;
  username?: string;
  password?: string;
  /** Only with TLS; certificates are checked. */
  tls?: object;
}

/** Where a Redis server is, and who asks. User and password are nowhere in it but in what `options` gives. */
export interface QueueAddress {
  /** For people, logs and files: without user and password. */
  readonly shown: string;
  options(): ServerOptions;
}

/** The variables that hold a user and a password which the address lacks: command lines are seen by others. */
export const queueVariables = { user: 'FACTORBENCH_QUEUE_USER', password: 'FACTORBENCH_QUEUE_PASSWORD' } as const;

const schemes: readonly string[] = ['redis:', 'rediss:'];
const expected = 'expected redis://HOST[:PORT][/DATABASE], or rediss:// for TLS, such as redis://10.0.0.5:6379';

/**
 * Reads the address of a Redis server. Messages never quote it: it may hold a password.
 *
 * @param env has user and password where the address has none; they are taken out of it, as cells' processes inherit it
 * @throws UsageError where it is none
 */
export function parseQueueAddress(text: string, env: NodeJS.ProcessEnv): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !schemes.includes(url.protocol) || url.hostname === '') {
    throw new UsageError(`--queue: is no address of a Redis server; ${expected}.`);
  }
  const database = /^\/?$|^\/(\d{1,5})$/.exec(url.pathname);
  if (database === null || url.search !== '' || url.hash !== '') {
    throw new UsageError(`--queue ${url.protocol}//${url.host}: has more than host, port and database; ${expected}.`);
  }
  const db = Number(database[1] ?? 0);
  const port = url.port === '' ? 6379 : Number(url.port);
  // An IPv6 address stands in brackets in an address alone.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const [username, password] = [decoded(url.username), decoded(url.password)];
  const secrets = {
    username: username || env[queueVariables.user] || undefined,
    password: password || env[queueVariables.password] || undefined,
  };
  for (const name of Object.values(queueVariables)) delete env[name];
  return {
    shown: `${url.protocol}//${url.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
    options: () => ({
      host,
      port,
      db,
      ...(secrets.username === undefined ? {} : { username: secrets.username }),
      ...(secrets.password === undefined ? {} : { password: secrets.password }),
      ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError('--queue: the user or the password has a % that begins no code; write %25 for it.');
  }
}

/** A command line without the users and passwords of its addresses, for files that tell what was run. */
export function withoutSecrets(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/^(--\w+=)?(\w+:\/\/)[^/?#]*@/, '$1$2'));
}
