import { compareRecords } from '../../../baselines/compare.ts';
import { renderComparison } from '../../../reports/comparison.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../io.ts';
import { readFolder } from './stored-run.ts';

/** Prints how the second output folder differs from the first, arm by arm. */
export async function compareCommand(
  left: string,
  right: string,
  options: { json?: boolean },
  io: Io,
): Promise<number> {
  const [before, after] = [await readFolder(left, io), await readFolder(right, io)];
  for (const [dir, records] of [[left, before] as const, [right, after] as const]) {
    if (records.length === 0) throw new UsageError(`compare: ${dir} holds no records; name a folder given to --out.`);
  }
  const rows = compareRecords(before, after);
  io.stdout.write(options.json === true ? `${JSON.stringify(rows, null, 2)}\n` : renderComparison(rows));
  return 0;
}
