import { readClaims } from '../../../reports/claims/claim-file.ts';
import { judgeClaims } from '../../../reports/claims/claim-verdict.ts';
import { claimsSection } from '../../../reports/claims/claims-table.ts';
import { markdownSection } from '../../../reports/render/markdown.ts';
import { exitCodes } from '../../run/exit-code.ts';
import type { Io } from '../io.ts';
import { scopesFor } from './scopes.ts';

/** Prints what the records of folders, or without any the stored baselines, say of what is claimed. */
export async function claimsCommand(dirs: readonly string[], options: { json?: boolean }, io: Io): Promise<number> {
  const claims = await readClaims(io.baselinesDir);
  const judged = judgeClaims(claims, await scopesFor('claims', dirs, io));
  if (options.json === true) io.stdout.write(`${JSON.stringify(judged, null, 2)}\n`);
  else io.stdout.write(markdownSection(claimsSection(judged)));
  return exitCodes.passed;
}
