import { acceptedCommit } from '../../../baselines/accepted-commit.ts';
import { readBaseline } from '../../../baselines/baseline-file.ts';
import { type AnalysedSeries, analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import {
  alarmed,
  type Cause,
  type Confirmation,
  causeOf,
  confirmationOf,
} from '../../../baselines/history/confirmation.ts';
import { historyPath, readHistory } from '../../../baselines/history/history-file.ts';
import type { History } from '../../../baselines/history/history-line.ts';
import { historyVerdict } from '../../../baselines/history/verdict.ts';
import type { CommitRunner, Trained } from '../../bisect/commit-runner.ts';
import { acceptedAndPresent, type CommitPair, seedsForCommits } from '../../bisect/commits.ts';
import { seedless, withSeed } from '../../cell-name.ts';
import { UsageError } from '../../errors.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { type CommitsPlace, commitsFolder, lockCommits, withCommits } from '../bisect/commits-here.ts';
import { checkoutFolder } from '../checkout.ts';
import { type Io, withInterruption } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';

export interface ConfirmOptions {
  profile: string;
  history?: string;
  /** The commit to compare with; left out: the one that the baseline tells. */
  good?: string;
  jobs?: number;
  data?: string;
  out?: string;
  json?: boolean;
}

/** Of each arm at each commit. */
const seeds = seedsForCommits(5);

/**
 * Where a history alarms or is suspect, trains the accepted commit and the present one on the same fresh seeds here,
 * and tells whether the code or the environment is to blame.
 */
export async function confirmCommand(
  name: string | undefined,
  options: ConfirmOptions,
  io: Io,
  place: CommitsPlace = { root: checkoutFolder() },
): Promise<number> {
  const { suite, profile } = selectSuite(name, options.profile);
  const file = options.history ?? historyPath(suite.name, profile, io.baselinesDir);
  const history = await readHistory(file, suite.name, profile);
  if (history === null)
    throw new UsageError(`--confirm: there is no history in ${file}; add nights with --append DIR.`);
  const analysis = analyse(armHistories(history));
  const series = alarmed(analysis);
  if (historyVerdict(analysis) === 'pass' || series === null) {
    io.stdout.write(`Nothing to confirm: the evidence of a loss is ${analysis.evidence.toFixed(1)}.\n`);
    return exitCodes.passed;
  }
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  const accepted = options.good ?? acceptedCommit(baseline, series.arms);
  if (accepted === null) {
    throw new UsageError(`--confirm: the baseline tells no commit of ${series.name}; name one with --good COMMIT.`);
  }
  const { clone, shas } = await acceptedAndPresent(place.root, accepted);
  const outDir = options.out ?? commitsFolder(place, 'confirm', suite.name, profile);
  const lock = await lockCommits(outDir);
  try {
    io.stderr.write(`${series.name}: ${2 * seeds.length * series.arms.length} cells, at ${seeds.length} seeds.\n`);
    const words = options.data === undefined ? [] : ['--data', options.data];
    const jobs = options.jobs === undefined ? [] : ['--jobs', String(options.jobs)];
    const found = await withInterruption(io, (signal) => {
      const commits = { clone, ...place, outDir, suite: suite.name, profile, io, signal };
      return withCommits({ ...commits, definitionWords: words, runWords: [...words, ...jobs] }, (runner) =>
        confirm(runner, history, series, shas),
      );
    });
    if (found === null) return exitCodes.interrupted;
    if (options.json === true)
      io.stdout.write(`${JSON.stringify({ series: series.name, ...shas, ...found }, null, 2)}\n`);
    else io.stdout.write(textOf(found, { suite: suite.name, profile, series, shas }));
    return found.cause === 'code' ? exitCodes.regressed : exitCodes.inconclusive;
  } finally {
    await lock.release();
  }
}

interface Found {
  cause: Cause;
  of: Record<'accepted' | 'present', Confirmation>;
}

type Shas = CommitPair['shas'];

async function confirm(
  runner: CommitRunner,
  history: History,
  series: AnalysedSeries & { changeNight: string },
  shas: Shas,
): Promise<Found> {
  const at = async (which: keyof Shas): Promise<Confirmation> => {
    const cells = series.arms.flatMap((arm) => seeds.map((seed) => withSeed(arm, seed)));
    const asked = await runner.train(shas[which], cells, 'confirm');
    if ('skipped' in asked) throw new UsageError(`--confirm: the ${which} commit cannot be asked: ${asked.skipped}.`);
    const confirmation = confirmationOf(history, series, asked.answer.map(confirming));
    if (confirmation === null) {
      throw new UsageError(
        `--confirm: the ${which} commit was trained on other data than the history's; give --data DIR.`,
      );
    }
    return confirmation;
  };
  const of = { accepted: await at('accepted'), present: await at('present') };
  return { cause: causeOf(of.accepted, of.present), of };
}

function confirming({ cell, seed, data, metric, value, loss, status }: Trained) {
  return { arm: seedless(cell), cell, seed, data, metric, value, loss, status };
}

function textOf(
  { cause, of }: Found,
  { suite, profile, series, shas }: { suite: string; profile: string; series: AnalysedSeries; shas: Shas },
): string {
  const line = (which: keyof Shas) => {
    const { mean, low } = of[which];
    const odds = Math.exp(Math.min(Math.abs(low), Math.log(1000)));
    const as = `${low > 0 ? 'as since the change' : 'as before it'} (${odds < 10 ? odds.toFixed(1) : odds.toFixed(0)} : 1)`;
    return `  ${which.padEnd(8)}  ${shas[which].slice(0, 12)}  ${mean.toFixed(2)} standard deviations: ${as}`;
  };
  const command = `npm run ${cause === 'code' ? 'bisect' : 'history'} -- ${suite} --profile ${profile}`;
  const remedy = {
    code: `The present commit alone is low: ${command} --cell ${series.arms[0]}.seed-0 --good ${shas.accepted.slice(0, 12)} --bad ${shas.present.slice(0, 12)}`,
    environment: `The accepted commit is low here too: ${command} --mark environment --night ${series.changeNight} --why TEXT`,
    unconfirmed: 'The present commit is not low here: more nights tell, or another machine is to blame.',
  };
  const head = `${series.name}, by ${series.channel}, since ${series.changeNight}: ${cause}`;
  return `${[head, line('accepted'), line('present'), remedy[cause]].join('\n')}\n`;
}
