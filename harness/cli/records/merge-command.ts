import { readBaseline } from '../../../baselines/baseline-file.ts';
import { someOf } from '../../../baselines/wording.ts';
import { UsageError } from '../../errors.ts';
import { conclude } from '../../run/conclude.ts';
import { exitCodeOf, failsOf } from '../../run/exit-code.ts';
import { commonOnly, type Merged, mergedRunFile, mergeSources, mergeWeights } from '../../run/records/merge.ts';
import { type MergeSource, readMergeSources, refuseOverlaps } from '../../run/records/merge-sources.ts';
import { readRunFile, writeRunFile } from '../../run/records/run-file.ts';
import { hasRecords, storeAt, writeRecord } from '../../run/records/store.ts';
import { gateOf } from '../gate.ts';
import type { Io } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';

/**
 * Joins the output folders of shards into a new one, and writes its reports. Until that is done, the new folder's
 * run.json says that it has not ended.
 */
export async function mergeCommand(dirs: readonly string[], options: { out: string }, io: Io): Promise<number> {
  const { out } = options;
  const store = storeAt(out);
  await refuseOverlaps(dirs, out);
  if ((await hasRecords(store)) || (await readRunFile(store.outDir)) !== null) {
    throw new UsageError(`--out ${out}: the folder holds records already, or a run; name an empty or new one.`);
  }
  const sources = await readMergeSources(dirs);
  const merged = mergeSources(sources);
  const { records, missing, gaps } = merged;
  const { suite, profile, profileSpec } = selectSuite(records[0]?.suite, records[0]?.profile ?? '');
  const describe = (exitCode: number | null) =>
    mergedRunFile(sources, merged, ['merge', ...dirs, '--out', out], exitCode);
  // A damaged baseline is told before anything is written.
  await readBaseline(suite.name, profile, io.baselinesDir);
  await writeRunFile(store.outDir, describe(null));
  for (const record of records) await writeRecord(store, record);
  await mergeWeights(sources, records, store);
  const notes = notesOf(sources, merged);
  const fails = failsOf(profile, false);
  const { summary, verdicts } = await conclude({
    profile,
    night: sources[0]?.run.night,
    records,
    missing,
    gaps,
    notes,
    suite: suite.name,
    title: suite.title,
    margin: profileSpec.margin,
    outDir: store.outDir,
    check: true,
    gate: gateOf(suite, profile, commonOnly(sources) ?? undefined),
    fails,
    baselinesDir: io.baselinesDir,
  });
  for (const note of notes) io.stdout.write(`${note}\n`);
  io.stdout.write(`${summary.trimEnd()}\n`);
  for (const cell of missing) io.stderr.write(`missing       ${cell}: was planned, but no folder has its record.\n`);
  const whole = missing.length + gaps.length === 0;
  const exitCode = exitCodeOf({ records, verdicts, fails, interrupted: false, whole });
  await writeRunFile(store.outDir, describe(exitCode));
  return exitCode;
}

function notesOf(sources: readonly MergeSource[], { records, missing, unplanned }: Merged): string[] {
  const notes = [`Merged from ${sources.length} folders: ${sources.map(({ outDir }) => outDir).join(', ')}.`];
  if (missing.length > 0) {
    const planned = records.length + missing.length;
    notes.push(`${missing.length} of ${planned} planned cells have no record in them: ${someOf(missing)}.`);
  }
  if (unplanned.length > 0) {
    notes.push(`${unplanned.length} records of cells that the plan does not hold are left out: ${someOf(unplanned)}.`);
  }
  return notes;
}
