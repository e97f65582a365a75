import path from 'node:path';
import { writeFileAtomically } from '../../harness/atomic-file.ts';
import { UsageError } from '../../harness/errors.ts';
import { readTextFile } from '../../harness/file-errors.ts';
import type { ProfileName } from '../../harness/spec/words.ts';
import { baselinesFolder } from '../baseline-file.ts';
import type { History } from './history-line.ts';
import { historyText, parseHistory } from './history-text.ts';

/** Bytes: several years of the largest suite; a larger text fits no string. */
const largestHistory = 500e6;

/** Where a suite's history is kept unless `--history` names another file. */
export function historyPath(suite: string, profile: ProfileName, dir: string = baselinesFolder()): string {
  return path.join(dir, 'history', `${suite}.${profile}.jsonl`);
}

/**
 * The history in a file; null where there is none.
 *
 * @throws UsageError for a damaged file, or one of another suite or profile
 */
export async function readHistory(file: string, suite: string, profile: ProfileName): Promise<History | null> {
  const text = await readTextFile(file, { most: largestHistory, remedy: 'restore it from where it is kept' });
  if (text === null) return null;
  const history = parseHistory(text, file);
  if (history.suite === suite && history.profile === profile) return history;
  throw new UsageError(
    `History ${file}: is of ${history.suite}, ${history.profile}, not of ${suite}, ${profile}; name another one with ` +
      '--history.',
  );
}

/** Writes a history whole or not at all. */
export async function writeHistory(file: string, history: History): Promise<void> {
  await writeFileAtomically(file, historyText(history), 'name another file with --history');
}
