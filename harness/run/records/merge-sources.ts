import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { CellRecord } from '../../record.ts';
import { type RunFile, readRunFile } from './run-file.ts';
import { readRecords, storeAt } from './store.ts';

/** One output folder that is to be merged. */
export interface MergeSource {
  outDir: string;
  run: RunFile;
  records: readonly CellRecord[];
}

/**
 * Reads output folders. Throws UsageError naming each that is absent, has no run.json or no record, or a damaged one: a
 * merge must not lose results, nor make a whole of what nobody knows to be one.
 */
export async function readMergeSources(dirs: readonly string[]): Promise<MergeSource[]> {
  const sources: MergeSource[] = [];
  const problems: string[] = [];
  for (const dir of dirs) {
    const read = await readMergeSource(resolve(dir));
    if ('problem' in read) problems.push(read.problem);
    else sources.push(read);
  }
  if (problems.length > 0) throw new UsageError(problems.map((problem) => `merge: ${problem}`).join('\n'));
  return sources;
}

async function readMergeSource(outDir: string): Promise<MergeSource | { problem: string }> {
  const { records, warnings } = await readRecords(storeAt(outDir), { quarantine: false });
  if (warnings.length > 0) return { problem: `${warnings.join('\n')}\nRun that shard again to replace it.` };
  if (records.length === 0) {
    return { problem: `${outDir} is no folder, or holds no records; name the folder given to --out.` };
  }
  const run = await readRunFile(outDir);
  if (run !== null) return { outDir, run, records };
  return {
    problem:
      `${outDir} has no run.json, which says what was planned and by which version; copy it too, or run that shard ` +
      'again.',
  };
}

/**
 * Refuses a folder that is named twice, and an output folder that is a source, or lies in one, or holds one: links are
 * followed.
 *
 * @throws UsageError naming the folders
 */
export async function refuseOverlaps(dirs: readonly string[], out: string): Promise<void> {
  const real = await Promise.all(dirs.map(async (dir) => ({ dir, at: await realPathOf(dir) })));
  const problems: string[] = [];
  for (const [i, { dir, at }] of real.entries()) {
    const twin = real.slice(0, i).find((other) => other.at === at);
    if (twin !== undefined) problems.push(`merge: ${twin.dir} and ${dir} are the same folder; name each once.`);
  }
  const outAt = await realPathOf(out);
  for (const { dir, at } of real) {
    const how = at === outAt ? 'is' : isWithin(outAt, at) ? 'lies in' : isWithin(at, outAt) ? 'holds' : null;
    if (how !== null)
      problems.push(`--out ${out}: ${how} ${dir}, which is to be merged; choose a folder apart from it.`);
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

function isWithin(path: string, folder: string): boolean {
  const [first] = relative(folder, path).split(/[\\/]/);
  return first !== '' && first !== '..';
}

/** The path without links, also where its last parts are not there yet. */
async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = dirname(absolute);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === absolute) throw error;
    return join(await realPathOf(parent), basename(absolute));
  }
}
