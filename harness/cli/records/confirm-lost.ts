import { resolve } from 'node:path';
import { acceptedCommit } from '../../../baselines/accepted-commit.ts';
import type { Baseline } from '../../../baselines/baseline.ts';
import { commitRange } from '../../bisect/commits.ts';
import { UsageError } from '../../errors.ts';
import { arithmeticOf } from '../../fingerprint.ts';
import type { CellRecord, DivergedRecord, Verdict } from '../../record.ts';
import type { ProfileName } from '../../spec/words.ts';
import { type CommitsPlace, lockCommits, withCommits } from '../bisect/commits-here.ts';
import { type Io, withInterruption } from '../io.ts';

export interface LostOptions {
  suite: string;
  profile: ProfileName;
  baseline: Baseline | null;
  /** The folder with data sets, where one was named. */
  data: string | undefined;
}

/**
 * Runs the accepted commit on the very cells whose training diverged where accepted ones did not. Where it diverges
 * here too, the environment did it, not the code: such a verdict becomes `inconclusive`. Null: it was interrupted.
 */
export async function confirmLost(
  verdicts: readonly Verdict[],
  records: readonly CellRecord[],
  { suite, profile, baseline, data }: LostOptions,
  io: Io,
  place: CommitsPlace,
): Promise<Verdict[] | null> {
  const byName = new Map(records.map((record) => [record.cell, record]));
  const told = [...verdicts];
  const outDir = resolve(place.root, 'reports', 'out', `confirm-${suite}-${profile}`);
  for (const [at, verdict] of verdicts.entries()) {
    const record = byName.get(verdict.cell);
    if (record?.status !== 'diverged' || !isLost(verdict)) continue;
    const accepted = acceptedCommit(baseline, [record.cell.replace(/\.seed-\d+$/, '')]);
    if (accepted === null)
      throw new UsageError(`--confirm: the baseline tells no commit of ${record.cell}; accept it anew.`);
    const range = await commitRange(place.root, accepted, 'HEAD');
    const lock = await lockCommits(outDir);
    try {
      const asked = await withInterruption(io, (signal) => {
        const commits = { range, ...place, outDir, suite, profile, io, signal };
        return withCommits({ ...commits, definitionWords: [], runWords: runWords(record, data) }, (runner) =>
          runner.train(range.positions[0]!.commits[0].sha, [record.cell], 'lost'),
        );
      });
      if (asked === null) return null;
      if ('skipped' in asked) throw new UsageError(`--confirm: the accepted commit cannot be asked: ${asked.skipped}.`);
      told[at] = confirmed(verdict, asked.answer[0]?.status === 'diverged', accepted);
    } finally {
      await lock.release();
    }
  }
  return told;
}

function isLost({ lane, verdict }: Verdict): boolean {
  return lane === 'quality' && (verdict === 'regressed' || verdict === 'inconclusive');
}

function confirmed(verdict: Verdict, divergesToo: boolean, accepted: string): Verdict {
  const commit = accepted.slice(0, 12);
  return divergesToo
    ? {
        ...verdict,
        verdict: 'inconclusive',
        reason: `${verdict.reason} Confirmed, environment: the accepted commit ${commit} diverges here too.`,
      }
    : {
        ...verdict,
        verdict: 'regressed',
        reason: `${verdict.reason} Confirmed, code: the accepted commit ${commit} does not diverge here.`,
      };
}

/** The options with which the cell is computed as it was. */
function runWords({ fingerprint }: DivergedRecord, data: string | undefined): string[] {
  return [
    '--threads',
    String(Math.max(1, fingerprint.threads)),
    arithmeticOf(fingerprint) === 'portable' ? '--portable' : '--no-portable',
    ...(data === undefined ? [] : ['--data', data]),
  ];
}
