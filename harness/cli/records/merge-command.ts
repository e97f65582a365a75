import { UsageError } from '../../errors.ts';
import { conclude } from '../../run/conclude.ts';
import { exitCodeOf } from '../../run/exit-code.ts';
import {
  type MergeSource,
  mergedRunFile,
  mergeSources,
  mergeWeights,
  readMergeSource,
} from '../../run/records/merge.ts';
import { writeRunFile } from '../../run/records/run-file.ts';
import { hasRecords, storeAt, writeRecord } from '../../run/records/store.ts';
import type { Io } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';

/** Joins the output folders of shards into a new one, and writes its reports. */
export async function mergeCommand(dirs: readonly string[], options: { out: string }, io: Io): Promise<number> {
  const store = storeAt(options.out);
  if (await hasRecords(store)) {
    throw new UsageError(`--out ${options.out}: the folder holds records already; name an empty or new one.`);
  }
  const sources: MergeSource[] = [];
  for (const dir of dirs) sources.push(await readMergeSource(dir));
  const merged = mergeSources(sources);
  const { records, planned } = merged;
  const { suite, profile, profileSpec } = selectSuite(records[0]?.suite, records[0]?.profile ?? '');
  for (const record of records) await writeRecord(store, record);
  await mergeWeights(sources, records, store);
  const missing = planned - records.length;
  const notes = [`Merged from ${dirs.length} folders: ${dirs.join(', ')}.`];
  if (missing > 0) notes.push(`${missing} of ${planned} planned cells have no record in them.`);
  const { summary, verdicts } = await conclude({
    profile,
    records,
    planned,
    notes,
    suite: suite.name,
    title: suite.title,
    margin: profileSpec.margin,
    outDir: store.outDir,
    check: true,
    baselinesDir: io.baselinesDir,
  });
  for (const note of notes) io.stdout.write(`${note}\n`);
  io.stdout.write(`${summary.trimEnd()}\n`);
  const exitCode = exitCodeOf({ records, verdicts, strict: false, interrupted: false });
  const run = mergedRunFile(sources, merged, ['merge', ...dirs, '--out', options.out], exitCode);
  if (run !== null) await writeRunFile(store.outDir, run);
  return exitCode;
}
