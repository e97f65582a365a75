import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../../atomic-file.ts';
import { onFile } from '../../file-errors.ts';
import { codeOf } from '../records/record-file.ts';
import { type SharedStore, tooLarge } from './shared-store.ts';

const remedy = 'choose another folder with --store; what is finished is kept in --out';

/** A folder, such as one of a file server, as a shared store: an object is a file. */
export function folderStore(root: string): SharedStore {
  const pathOf = (name: string) => join(root, ...name.split('/'));
  const using = <T>(path: string, done: 'read' | 'written', operation: () => Promise<T>) =>
    onFile({ of: '--store', done, path, remedy }, operation);
  return {
    shown: root,
    get(name, most) {
      const path = pathOf(name);
      return using(path, 'read', async () => {
        const size = await unlessAbsent(stat(path).then(({ size }) => size));
        if (size === null) return null;
        if (size > most) throw tooLarge(`--store ${path}`, most);
        return unlessAbsent(readFile(path));
      });
    },
    put: (name, bytes) => writeFileAtomically(pathOf(name), bytes, remedy),
    async create(name, bytes) {
      const path = pathOf(name);
      // The name of a record that is put aside leaves little room.
      const whole = join(dirname(path), `${randomUUID()}.tmp`);
      await writeFileAtomically(whole, bytes, remedy);
      try {
        return await using(path, 'written', () => linkOrRename(whole, path));
      } finally {
        await rm(whole, { force: true });
      }
    },
    remove(name) {
      const path = pathOf(name);
      return using(path, 'written', () => rm(path, { force: true }));
    },
    list(folder) {
      const path = pathOf(folder);
      return using(path, 'read', async () => {
        const entries = (await unlessAbsent(readdir(path, { withFileTypes: true }))) ?? [];
        return entries.filter((entry) => !entry.isDirectory() && !entry.name.endsWith('.tmp')).map(({ name }) => name);
      });
    },
    async close() {},
  };
}

/** Gives a whole file its name, which must be free: a link, unlike a name that is changed, replaces nothing. */
async function linkOrRename(whole: string, path: string): Promise<boolean> {
  try {
    await link(whole, path);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EEXIST') return false;
    // Some file systems have no links: two that write at once are then told apart by nothing.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    if ((await unlessAbsent(stat(path))) !== null) return false;
    await rename(whole, path);
    return true;
  }
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
