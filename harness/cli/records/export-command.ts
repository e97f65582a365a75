import { readdir } from 'node:fs/promises';
import { type ExportFormat, writeExport } from '../../../reports/export/write-export.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { Io } from '../io.ts';
import { recordsIn } from './stored-run.ts';

/** Writes the records of an output folder as files that other programs read, into a folder that is new or empty. */
export async function exportCommand(
  dir: string,
  options: { format: ExportFormat; to: string },
  io: Io,
): Promise<number> {
  const records = await recordsIn('export', dir, io);
  await refuseFull(options.to);
  const paths = await writeExport(records, options.format, options.to);
  if (paths.length === 0) throw new UsageError(`export: no record in ${dir} has a curve; there is nothing to write.`);
  const [first] = paths;
  const shown = paths.length > 2 ? `${first} and ${paths.length - 1} more` : paths.join(', ');
  io.stdout.write(`Wrote ${shown}.\n`);
  return exitCodes.passed;
}

/** What an earlier export left would be read as a part of this one. */
async function refuseFull(to: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(to);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw new UsageError(`export --to ${to}: is no folder that can be read; choose another one.`, { cause: error });
  }
  if (names.length > 0) throw new UsageError(`export --to ${to}: the folder is not empty; choose another one.`);
}
