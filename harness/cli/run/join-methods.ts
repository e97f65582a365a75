import { MethodFileError, UsageError } from '../../errors.ts';
import { loadMethodFile } from '../../method-file.ts';
import type { JoinedMethod } from '../../methods/joined.ts';
import { methods as known } from '../../methods/registry.ts';
import { suggestion } from '../../suggest.ts';
import { isMethodPath } from '../parse-options.ts';
import { type MethodTrial, tryMethodFile } from './try-method.ts';

export interface JoinedMethods {
  methods: JoinedMethod[];
  /** Says which methods come from files, a line each. */
  notes: string[];
  /** What is wrong with the files that cannot be used. */
  refusals: string[];
}

/**
 * The methods that `--method` names, each an absolute path or a method of the registry. A file that is wrong spoils no other.
 *
 * @param plans the profiles that they join
 * @throws UsageError for a name that the registry does not have, and for one that is given twice
 */
export async function joinMethods(
  values: readonly string[] | undefined,
  plans: MethodTrial['plans'],
): Promise<JoinedMethods> {
  const joined: JoinedMethods = { methods: [], notes: [], refusals: [] };
  for (const value of values ?? []) {
    const method = known.find(({ name }) => name === value);
    try {
      const next = method === undefined ? await load(value, plans) : { method, file: null };
      const twin = joined.methods.find((other) => other.method.name === next.method.name);
      if (twin !== undefined) throw sameName(next, twin);
      joined.methods.push(next);
      if (next.file !== null) joined.notes.push(noteOf(next.method.name, next.file));
    } catch (error) {
      if (!(error instanceof MethodFileError)) throw error;
      joined.refusals.push(`--method ${error.message}`);
    }
  }
  return joined;
}

async function load(path: string, plans: MethodTrial['plans']): Promise<JoinedMethod> {
  if (!isMethodPath(path)) {
    const names = known.map(({ name }) => name);
    throw new UsageError(
      `--method ${path}: there is no such method (a file's name ends in .js or .mjs): ${suggestion(path, names)}`,
    );
  }
  const tried = await tryMethodFile({ path, plans });
  const loaded = await loadMethodFile(path);
  if (loaded.file.sha256 !== tried) throw new MethodFileError(path, 'changes while it is loaded; start again');
  return loaded;
}

function sameName({ method, file }: JoinedMethod, other: JoinedMethod): Error {
  const remedy = 'give each file a name of its own, and name it once';
  return file === null
    ? new UsageError(`--method ${method.name}: is named twice; name it once`)
    : new MethodFileError(file.path, `its name '${method.name}' is also that of ${other.file?.path}; ${remedy}`);
}

function noteOf(name: string, { path, sha256 }: { path: string; sha256: string }): string {
  return `Method ${name} is from ${path} (SHA-256 ${sha256.slice(0, 16)}).`;
}
