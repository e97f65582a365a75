import { acceptedCommit } from '../../../baselines/accepted-commit.ts';
import { grouped } from '../../../baselines/arms.ts';
import type { Baseline } from '../../../baselines/baseline.ts';
import { acceptedAndPresent } from '../../bisect/commits.ts';
import { seedless } from '../../cell-name.ts';
import { UsageError } from '../../errors.ts';
import { arithmeticOf } from '../../fingerprint.ts';
import type { CellRecord, DivergedRecord, Verdict } from '../../record.ts';
import type { ProfileName } from '../../spec/words.ts';
import { type CommitsPlace, commitsFolder, lockCommits, withCommits } from '../bisect/commits-here.ts';
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
  const lost = verdicts.flatMap((verdict): LostCell[] => {
    const record = byName.get(verdict.cell);
    if (record?.status !== 'diverged' || !isLost(verdict)) return [];
    const accepted = acceptedCommit(baseline, [seedless(record.cell)]);
    if (accepted === null) {
      throw new UsageError(`--confirm: the baseline tells no commit of ${record.cell}; accept it anew.`);
    }
    return [{ verdict, accepted, words: runWords(record, data) }];
  });
  if (lost.length === 0) return [...verdicts];
  const outDir = commitsFolder(place, 'confirm', suite, profile);
  const told = new Map<Verdict, Verdict>();
  const lock = await lockCommits(outDir);
  try {
    // A commit is set up once for all cells that are computed alike.
    for (const group of grouped(lost, ({ accepted, words }) => JSON.stringify([accepted, words])).values()) {
      const [{ accepted, words }] = group as [LostCell];
      const { clone, shas } = await acceptedAndPresent(place.root, accepted);
      const cells = group.map(({ verdict }) => verdict.cell);
      const asked = await withInterruption(io, (signal) => {
        const commits = { clone, ...place, outDir, suite, profile, io, signal };
        return withCommits({ ...commits, definitionWords: [], runWords: words }, (runner) =>
          runner.train(shas.accepted, cells, 'lost'),
        );
      });
      if (asked === null) return null;
      if ('skipped' in asked) throw new UsageError(`--confirm: the accepted commit cannot be asked: ${asked.skipped}.`);
      group.forEach(({ verdict }, at) => {
        told.set(verdict, confirmed(verdict, asked.answer[at]?.status === 'diverged', accepted));
      });
    }
  } finally {
    await lock.release();
  }
  return verdicts.map((verdict) => told.get(verdict) ?? verdict);
}

/** A cell that diverged, the commit to compare with, and the options with which it is computed. */
interface LostCell {
  verdict: Verdict;
  accepted: string;
  words: string[];
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
