import { readBaseline } from '../../../baselines/baseline-file.ts';
import { readClaims } from '../../../reports/claims/claim-file.ts';
import { type ClaimScope, scopeOfBaseline, scopesOfRecords } from '../../../reports/claims/claim-scope.ts';
import { judgeClaims } from '../../../reports/claims/claim-verdict.ts';
import { claimsSection } from '../../../reports/claims/claims-table.ts';
import { markdownSection } from '../../../reports/render/markdown.ts';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { ProfileName } from '../../spec/words.ts';
import type { Io } from '../io.ts';
import { readFolder } from './stored-run.ts';

/** Profiles whose settings are meant to show what is claimed. */
const telling: readonly ProfileName[] = ['nightly', 'paper'];

/** Prints what the records of folders, or without any the stored baselines, say of what is claimed. */
export async function claimsCommand(dirs: readonly string[], options: { json?: boolean }, io: Io): Promise<number> {
  const claims = await readClaims(io.baselinesDir);
  const scopes = dirs.length === 0 ? await storedScopes(io) : await scopesIn(dirs, io);
  const judged = judgeClaims(claims, scopes);
  if (options.json === true) io.stdout.write(`${JSON.stringify(judged, null, 2)}\n`);
  else io.stdout.write(markdownSection(claimsSection(judged)));
  return exitCodes.passed;
}

async function storedScopes(io: Io): Promise<ClaimScope[]> {
  const scopes: ClaimScope[] = [];
  for (const { name, profiles } of suites) {
    for (const profile of telling) {
      if (!Object.hasOwn(profiles, profile)) continue;
      const baseline = await readBaseline(name, profile, io.baselinesDir);
      if (baseline !== null) scopes.push(scopeOfBaseline(baseline));
    }
  }
  if (scopes.length > 0) return scopes;
  throw new UsageError('claims: no baseline of a nightly or paper profile is stored; name output folders.');
}

async function scopesIn(dirs: readonly string[], io: Io): Promise<ClaimScope[]> {
  const scopes: ClaimScope[] = [];
  for (const dir of dirs) {
    const records = await readFolder(dir, io);
    if (records.length === 0) throw new UsageError(`claims: ${dir} holds no records; name a folder given to --out.`);
    scopes.push(...scopesOfRecords(records, dir));
  }
  return scopes;
}
