import { readBaseline } from '../../../baselines/baseline-file.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { historyPath, readHistory } from '../../../baselines/history/history-file.ts';
import { type ClaimScope, scopeOfBaseline, scopesOfRecords } from '../../../reports/claims/claim-scope.ts';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import type { ProfileName } from '../../spec/words.ts';
import type { Io } from '../io.ts';
import { recordsIn } from './stored-run.ts';

/** Arms of several suites, for the commands that judge them together. */

/** Profiles whose settings are meant to show what is claimed. */
const telling: readonly ProfileName[] = ['nightly', 'paper'];

/**
 * The arms of output folders; without any, those of the stored baselines of nightly and paper profiles, with the nights of
 * their histories.
 *
 * @param command for messages
 */
export function scopesFor(command: string, dirs: readonly string[], io: Io): Promise<ClaimScope[]> {
  return dirs.length === 0 ? storedScopes(io) : scopesIn(command, dirs, io);
}

async function storedScopes(io: Io): Promise<ClaimScope[]> {
  const scopes: ClaimScope[] = [];
  for (const { name, profiles } of suites) {
    for (const profile of telling) {
      if (!Object.hasOwn(profiles, profile)) continue;
      const baseline = await readBaseline(name, profile, io.baselinesDir);
      if (baseline === null) continue;
      const history = await readHistory(historyPath(name, profile, io.baselinesDir), name, profile);
      scopes.push(scopeOfBaseline(baseline, history === null ? null : armHistories(history)));
    }
  }
  if (scopes.length > 0) return scopes;
  throw new UsageError('No baseline of a nightly or paper profile is stored; name output folders.');
}

async function scopesIn(command: string, dirs: readonly string[], io: Io): Promise<ClaimScope[]> {
  const scopes: ClaimScope[] = [];
  for (const dir of dirs) {
    scopes.push(...scopesOfRecords(await recordsIn(command, dir, io), dir));
  }
  return scopes;
}
