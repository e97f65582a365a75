import { conclude } from '../../run/conclude.ts';
import { failsOf } from '../../run/exit-code.ts';
import { gateOf } from '../gate.ts';
import type { Io } from '../io.ts';
import { readStoredRun, type StoredRunOptions } from './stored-run.ts';

/** Writes the reports again from the records that an output folder holds. */
export async function reportCommand(
  name: string,
  options: StoredRunOptions & { check?: boolean },
  io: Io,
): Promise<number> {
  const { suite, profile, profileSpec, outDir, run, records, missing, gaps } = await readStoredRun(name, options, io);
  const data = run?.options.data;
  const { summary } = await conclude({
    outDir,
    profile,
    night: run?.night,
    escalates: run?.options.escalate === true,
    records,
    missing,
    gaps,
    suite: suite.name,
    title: suite.title,
    margin: profileSpec.margin,
    gate: gateOf(suite, profile, undefined),
    check: options.check !== false,
    fails: failsOf(profile, false),
    baselinesDir: io.baselinesDir,
    dataDir: typeof data === 'string' ? data : null,
    notes: [profileSpec.note, 'Rendered again from the stored records.'],
  });
  io.stdout.write(`${summary.trimEnd()}\n`);
  return 0;
}
