import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeUpRecords } from './made-up-records.ts';

/** Writes so many made-up records into an output folder, as a run leaves them. */
export async function writeMadeUpRun(outDir: string, count: number, epochs = 200): Promise<void> {
  const folder = join(outDir, 'records');
  await mkdir(folder, { recursive: true });
  for (const record of madeUpRecords(count, epochs)) {
    await writeFile(join(folder, `${record.cell}.json`), `${JSON.stringify(record, null, 2)}\n`);
  }
}
