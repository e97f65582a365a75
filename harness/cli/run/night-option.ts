import { historyPath, readHistory } from '../../../baselines/history/history-file.ts';
import { nightsOf } from '../../../baselines/history/history-line.ts';
import { UsageError } from '../../errors.ts';
import { readRunFile } from '../../run/records/run-file.ts';
import type { ProfileName } from '../../spec/words.ts';
import type { Io } from '../io.ts';
import type { SuiteOptions } from './suite-options.ts';

/**
 * The night of a run into a folder: the one asked for, else the one that the folder holds, so that what goes on after
 * midnight stays the night that it began as. Undefined: the profile's own seeds.
 *
 * @throws UsageError where the folder holds another night, or other seeds are asked for, and where the history holds the
 *   night already
 */
export async function nightOfRun(
  { suite, profile, outDir }: { suite: string; profile: ProfileName; outDir: string },
  options: Pick<SuiteOptions, 'night' | 'seeds' | 'fresh' | 'history'>,
  io: Io,
): Promise<string | undefined> {
  const kept = options.fresh === true ? undefined : await keptNight(outDir, suite, profile);
  const { night = kept, seeds } = options;
  if (kept !== undefined && (kept !== night || seeds !== undefined)) {
    throw new UsageError(
      `${outDir} holds the night ${kept}, not ${seeds === undefined ? night : `--seeds ${seeds}`}: end it without that ` +
        'option, begin anew with --fresh, or name another folder with --out.',
    );
  }
  if (night === undefined) return undefined;
  const file = options.history ?? historyPath(suite, profile, io.baselinesDir);
  const history = await readHistory(file, suite, profile);
  if (history !== null && nightsOf(history).includes(night)) {
    throw new UsageError(`--night ${night}: the history ${file} holds this night already; a night is measured once.`);
  }
  return night;
}

/** The night of the last run of a suite into a folder. What is damaged tells none: the run itself says so. */
async function keptNight(outDir: string, suite: string, profile: ProfileName): Promise<string | undefined> {
  try {
    const run = await readRunFile(outDir);
    return run?.suite === suite && run.profile === profile ? run.night : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
