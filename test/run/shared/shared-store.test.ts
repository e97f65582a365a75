import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../harness/errors.ts';
import { parseBucketAddress } from '../../../harness/run/shared/bucket/bucket-address.ts';
import { bucketStore } from '../../../harness/run/shared/bucket/bucket-store.ts';
import { folderStore } from '../../../harness/run/shared/folder-store.ts';
import { folderOf, type SharedStore, TooLargeError } from '../../../harness/run/shared/shared-store.ts';
import { parseStoreAddress } from '../../../harness/run/shared/store-address.ts';
import { temporaryFolder } from '../helpers.ts';
import { launchMoto, type MotoServer, noMoto } from './moto-process.ts';

const bytes = (text: string) => Buffer.from(text);
const most = 1000;

/** What every store has to do, whatever it is made of. */
function keepsTheContract(open: () => Promise<SharedStore>): void {
  let store: SharedStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  const own = () => folderOf(store, randomUUID());

  it('gives back what was put last, and nothing where nothing was put', async () => {
    const part = own();
    expect(await part.get('records/a.json', most)).toBeNull();
    await part.put('records/a.json', bytes('first'));
    await part.put('records/a.json', bytes('second, ü'));
    expect(await part.get('records/a.json', most)).toEqual(bytes('second, ü'));
    await part.put('records/a.json', bytes(''));
    expect(await part.get('records/a.json', most)).toEqual(bytes(''));
  });

  it('keeps all bytes of a large object', async () => {
    const large = Buffer.alloc(3_000_001, Uint8Array.of(0, 255, 13, 10, 26, 128));
    const part = own();
    await part.put('weights/a.safetensors', large);
    expect((await part.get('weights/a.safetensors', large.length))?.equals(large)).toBe(true);
  });

  it('creates only where there is nothing, also where many do so at once', async () => {
    const part = own();
    const made = await Promise.all(Array.from({ length: 8 }, (_, i) => part.create('records/a.json', bytes(`${i}`))));
    expect(made.filter((one) => one)).toHaveLength(1);
    expect(await part.get('records/a.json', most)).toEqual(bytes(String(made.indexOf(true))));
    await part.remove('records/a.json');
    expect(await part.create('records/a.json', bytes('again'))).toBe(true);
  });

  it('removes, and does nothing where nothing is', async () => {
    const part = own();
    await part.put('a', bytes('x'));
    await part.remove('a');
    expect(await part.get('a', most)).toBeNull();
    await expect(part.remove('a')).resolves.toBeUndefined();
  });

  it('lists what is directly in a folder', async () => {
    const part = own();
    for (const name of ['records/b', 'records/a', 'records/superseded/c', 'records-old/d', 'e']) {
      await part.put(name, bytes('x'));
    }
    expect((await part.list('records')).sort()).toEqual(['a', 'b']);
    expect(await part.list('nothing')).toEqual([]);
  });

  it.each(["a b+c%20d&e=f'g(h)!*~.json", 'α-√2-\u{1f600}.json', 'a<b>"c".json', 'ä'.repeat(100)])(
    'keeps a name of odd characters: %s',
    async (name) => {
      const part = own();
      expect(await part.create(`records/${name}`, bytes(name))).toBe(true);
      expect(await part.get(`records/${name}`, most)).toEqual(bytes(name));
      expect(await part.list('records')).toEqual([name]);
      await part.remove(`records/${name}`);
      expect(await part.list('records')).toEqual([]);
    },
  );

  it('reads no more of an object than its sort may have', async () => {
    const part = own();
    await part.put('records/a', Buffer.alloc(1001));
    await expect(part.get('records/a', 1000)).rejects.toThrow(TooLargeError);
    expect(await part.get('records/a', 1001)).toHaveLength(1001);
  });
}

describe('a folder as a store', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'factorbench-store-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  keepsTheContract(async () => folderStore(join(root, 'new', 'folder')));

  it('leaves nothing but the objects', async () => {
    const dir = await temporaryFolder();
    const store = folderStore(dir);
    await Promise.all(Array.from({ length: 4 }, () => store.create('a', bytes('x'))));
    await store.put('a', bytes('y'));
    expect(await readdir(dir)).toEqual(['a']);
  });

  it('names the option where the folder cannot be used', async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, 'file'), '');
    const opened = parseStoreAddress(join(dir, 'file'), {}, (path) => path).open({ suite: 's', profile: 'smoke' });
    await expect(opened).rejects.toThrow(UsageError);
    await expect(opened).rejects.toThrow(/--store/);
  });

  it('is a part of its own for each suite and profile, empty once it was tried out', async () => {
    const dir = await temporaryFolder();
    await mkdir(dir, { recursive: true });
    const store = await parseStoreAddress(dir, {}, (path) => path).open({ suite: 'tensors', profile: 'smoke' });
    expect(store.shown).toBe(`${dir}/tensors-smoke`);
    expect(await readdir(join(dir, 'tensors-smoke'))).toEqual([]);
  });
});

describe.skipIf(noMoto !== null)(`a bucket as a store${noMoto === null ? '' : ` (skipped: ${noMoto})`}`, () => {
  let server: MotoServer;
  beforeAll(async () => {
    server = await launchMoto();
    await server.createBucket('results');
  });
  afterAll(() => server.stop());
  const address = (text: string) => parseBucketAddress(text, { ...server.env });

  keepsTheContract(() => bucketStore(address("s3://results/a folder/it's+one"), {}));

  it('pages through a list that one answer does not hold', async () => {
    const store = await bucketStore(address('s3://results/many'), {}, { pageSize: 10 });
    const names = Array.from({ length: 25 }, (_, i) => `a&b ${i}`);
    await Promise.all(names.map((name) => store.put(`records/${name}`, bytes('x'))));
    expect((await store.list('records')).sort()).toEqual(names.sort());
    await store.close();
  });

  it('says that there is no such bucket', async () => {
    const store = await bucketStore(address('s3://nothing/here'), {});
    const why = `--store s3://nothing/here: ${server.url} has no bucket nothing; create it`;
    for (const ask of [() => store.get('a', most), () => store.put('a', bytes('x')), () => store.list('records')]) {
      const asked = ask();
      await expect(asked).rejects.toThrow(UsageError);
      await expect(asked).rejects.toThrow(why);
    }
    await store.close();
  });
});

describe.skipIf(noMoto !== null)(
  `a bucket that looks at signatures${noMoto === null ? '' : ` (skipped: ${noMoto})`}`,
  () => {
    let server: MotoServer;
    let keys: { id: string; secret: string };
    beforeAll(async () => {
      // The first requests make the bucket and a user; each further one must be signed by that user.
      server = await launchMoto({ INITIAL_NO_AUTH_ACTION_COUNT: '4' });
      await server.createBucket('guarded');
      const ask = async (query: string) => {
        const response = await fetch(server.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            authorization:
              'AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0',
          },
          body: `Version=2010-05-08&UserName=cells&${query}`,
        });
        const text = await response.text();
        if (response.status !== 200) throw new Error(text);
        return text;
      };
      await ask('Action=CreateUser');
      const made = await ask('Action=CreateAccessKey');
      const told = (name: string) => new RegExp(`<${name}>(.+?)</${name}>`).exec(made)?.[1] ?? '';
      keys = { id: told('AccessKeyId'), secret: told('SecretAccessKey') };
      const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
      await ask(`Action=PutUserPolicy&PolicyName=all&PolicyDocument=${encodeURIComponent(JSON.stringify(policy))}`);
    });
    afterAll(() => server.stop());
    const open = (secret: string) =>
      bucketStore(
        parseBucketAddress("s3://guarded/a folder/it's+one", {
          AWS_ENDPOINT_URL: server.url,
          AWS_ACCESS_KEY_ID: keys.id,
          AWS_SECRET_ACCESS_KEY: secret,
        }),
        {},
      );

    it('accepts each request, whatever the names', async () => {
      const store = await open(keys.secret);
      const name = "records/a b+c&d='e(f)!*~ü.json";
      await store.put(name, bytes('x'));
      expect(await store.create(name, bytes('y'))).toBe(false);
      expect(await store.get(name, most)).toEqual(bytes('x'));
      expect(await store.list('records')).toEqual([name.slice('records/'.length)]);
      await store.remove(name);
      expect(await store.get(name, most)).toBeNull();
      await store.close();
    });

    it('refuses another key, which is told without it', async () => {
      const store = await open('wrong-secret');
      const refused = store.put('records/a', bytes('x'));
      await expect(refused).rejects.toThrow(
        /the keys are refused \(SignatureDoesNotMatch\); correct AWS_ACCESS_KEY_ID/,
      );
      await expect(refused).rejects.not.toThrow(/wrong-secret/);
      await store.close();
    });
  },
);
