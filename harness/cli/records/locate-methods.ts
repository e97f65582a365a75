import { MethodFileError, UsageError } from '../../errors.ts';
import { digestOfMethodFile } from '../../method-file.ts';
import type { CellRecord } from '../../record.ts';

/** A file that --method names; `sha256` is null where it cannot be read. */
interface NamedFile {
  path: string;
  sha256: string | null;
  problem: string;
}

/**
 * Records of methods from files with the paths where these lie now: among `values`. A record may come from anyone, and
 * to execute its cell is to run the file: none is run that is not named here. Files are read, not loaded.
 *
 * @throws UsageError where none of them has the content that a record was made with
 */
export async function locateMethods<R extends CellRecord>(
  records: readonly R[],
  values: readonly string[] = [],
): Promise<R[]> {
  const files = await Promise.all(values.map(namedFile));
  return records.map((record) => located(record, files));
}

async function namedFile(path: string): Promise<NamedFile> {
  try {
    const sha256 = await digestOfMethodFile(path);
    return { path, sha256, problem: `${path} has another content (SHA-256 ${sha256.slice(0, 16)})` };
  } catch (error) {
    if (!(error instanceof MethodFileError)) throw error;
    return { path, sha256: null, problem: error.message };
  }
}

function located<R extends CellRecord>(record: R, files: readonly NamedFile[]): R {
  const { cell, config, origin } = record;
  if (config.methodDigest === undefined) return record;
  const file = files.find(({ sha256 }) => sha256 === config.methodDigest);
  if (file !== undefined) return { ...record, origin: file.path };
  const made =
    `${cell}: its method ${config.method} is from ${origin ?? 'a file'} (SHA-256 ` +
    `${config.methodDigest.slice(0, 16)}), which verify would import and run.`;
  const given = files.length === 0 ? '' : ` Not that file: ${files.map(({ problem }) => problem).join('; ')}.`;
  throw new UsageError(
    `${made}${given} If you trust the file, name it: --method ${origin ?? 'FILE'}; or leave its cells out with --only.`,
  );
}
