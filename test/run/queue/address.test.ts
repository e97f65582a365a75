import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { parseQueueAddress, withoutSecrets } from '../../../harness/run/queue/address.ts';

const parse = (text: string, env: NodeJS.ProcessEnv = {}) => parseQueueAddress(text, env);

it.each([
  ['redis://10.0.0.5', 'redis://10.0.0.5:6379', { host: '10.0.0.5', port: 6379, db: 0 }],
  ['redis://localhost:7000/3', 'redis://localhost:7000/3', { host: 'localhost', port: 7000, db: 3 }],
  ['rediss://queue.example', 'rediss://queue.example:6379', { host: 'queue.example', port: 6379, db: 0, tls: {} }],
  ['redis://[::1]:7000/', 'redis://[::1]:7000', { host: '::1', port: 7000, db: 0 }],
  [
    'redis://cells:p%40ss%2Fword@localhost',
    'redis://localhost:6379',
    { host: 'localhost', port: 6379, db: 0, username: 'cells', password: 'p@ss/word' },
  ],
  ['redis://:secret@localhost', 'redis://localhost:6379', { host: 'localhost', port: 6379, db: 0, password: 'secret' }],
])('reads %s', (text, shown, options) => {
  const address = parse(text);
  expect(address.shown).toBe(shown);
  expect(address.options()).toEqual(options);
});

it('takes user and password from the environment, out of it, where the address has none', () => {
  const env = { FACTORBENCH_QUEUE_USER: 'cells', FACTORBENCH_QUEUE_PASSWORD: 'secret', HOME: '/home' };
  expect(parse('redis://localhost', env).options()).toMatchObject({ username: 'cells', password: 'secret' });
  expect(env).toEqual({ HOME: '/home' });
  expect(parse('redis://me:own@localhost', { FACTORBENCH_QUEUE_PASSWORD: 'secret' }).options()).toMatchObject({
    username: 'me',
    password: 'own',
  });
});

it('shows neither user nor password', () => {
  const address = parse('redis://cells:secret@localhost');
  expect(`${inspect(address, { depth: 9, showHidden: true })} ${JSON.stringify(address)}`).not.toMatch(/cells|secret/);
});

it.each([
  'secret',
  'http://me:secret@localhost',
  'redis:///0',
  'redis://me:secret@localhost/one',
  'redis://me:secret@localhost?password=secret',
  'redis://me:secret@localhost/0#secret',
  'redis://me:secret%@localhost',
  'redis://me:secret@localhost:99999',
])('refuses what is no address, without quoting a password: %s', (text) => {
  expect(() => parse(text)).toThrow(/^--queue/);
  expect(() => parse(text)).not.toThrow(/secret/);
});

it('leaves users and passwords out of a command line', () => {
  expect(
    withoutSecrets(['suite', 'tensors', '--queue', 'redis://me:se@cret@host:1/2', '--queue=rediss://:secret@host']),
  ).toEqual(['suite', 'tensors', '--queue', 'redis://host:1/2', '--queue=rediss://host']);
  expect(withoutSecrets(['--out', 'a@b', '--only', 'x@*'])).toEqual(['--out', 'a@b', '--only', 'x@*']);
});
