import { acceptDefinitions, reducedDefinitionOf, removedCells } from '../../../baselines/reduced-definitions.ts';
import { readReducedDefinitions, writeReducedDefinitions } from '../../../baselines/reduced-definitions-file.ts';
import { UsageError } from '../../errors.ts';
import { askedBy } from '../../name-matcher.ts';
import { programDigest } from '../../program.ts';
import { definitionsOf } from '../../run/define-cells.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { readVersions } from '../../run/records/run-file.ts';
import { checkoutFolder } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';
import { type DefinitionVerdict, definitionText } from './definition-rows.ts';
import { defineReduced, planReduced, storedCellOf } from './reduced-plan.ts';
import { reducedRows } from './reduced-rows.ts';

export interface AcceptDefinitionsOptions {
  profile: string;
  why: string;
  only?: string[];
  jobs?: number;
}

/** What leaves nothing to store. */
const settled: readonly DefinitionVerdict[] = ['equal', 'needs-training', 'too-large', 'undefined'];

/** Tells what differs in what the reduced forms of cells would compute, and stores what they would. */
export async function acceptDefinitionsCommand(
  name: string,
  { profile: profileName, why, only, jobs }: AcceptDefinitionsOptions,
  io: Io,
): Promise<number> {
  const selected = selectSuite(name, profileName);
  const { suite, profile } = selected;
  const pairs = await planReduced(selected, only, io);
  if (pairs.length === 0) {
    throw new UsageError(
      `accept --definition: definitions of ${profile} are stored with its results, but for those of paper, and of ` +
        'nightly cells that need files; accept a run, or add what lacks with --complete.',
    );
  }
  const { commit, dirty } = await readVersions(checkoutFolder());
  const stored = await readReducedDefinitions(suite.name, profile, io.baselinesDir);
  const { found, aborted } = await withInterruption(io, async (signal) => {
    return { found: await defineReduced(pairs, { jobs, signal }, io), aborted: signal.aborted };
  });
  if (aborted) return exitCodes.interrupted;
  const isAsked = askedBy(only);
  const comparison = { suite: suite.name, profile, pairs, found, stored, isAsked, program: programDigest() };
  const rows = reducedRows(comparison);
  io.stdout.write(definitionText(rows));
  if (rows.some(({ verdict }) => verdict === 'failed')) {
    throw new UsageError('accept --definition: cells failed, as said above; nothing is stored. Mend them first.');
  }
  const definitions = Object.fromEntries(
    [...definitionsOf(found)].map(([id, definition]) => [id, reducedDefinitionOf(definition)]),
  );
  const accepted = {
    cells: pairs.map(storedCellOf),
    definitions,
    removed: removedCells(stored, new Set(pairs.map(({ planned }) => planned.cell)), isAsked),
  };
  if (stored !== null && rows.every(({ verdict }) => settled.includes(verdict))) {
    io.stdout.write('Nothing to change.\n');
    return exitCodes.passed;
  }
  const before = stored ?? { suite: suite.name, profile, history: [], cells: [], definitions: {} };
  // No commit holds what files compute that differ from theirs.
  const acceptance = { why: why.trim(), at: new Date().toISOString(), commit: dirty === true ? null : commit };
  const next = acceptDefinitions(before, accepted, acceptance);
  const path = await writeReducedDefinitions(next, io.baselinesDir);
  const count = Object.keys(next.definitions).length;
  io.stdout.write(`Wrote ${path}: ${next.cells.length} cells, ${count} definitions.\n`);
  return exitCodes.passed;
}
