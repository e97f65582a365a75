import { type Command, Option } from 'commander';
import { markerKinds } from '../../../baselines/history/history-line.ts';
import { UsageError } from '../../errors.ts';
import { parseNight } from '../../night.ts';
import { collectPaths, nonEmpty, pathOption, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';
import type { ConfirmOptions } from './confirm-command.ts';
import type { HistoryOptions } from './history-command.ts';
import type { SimulateOptions } from './simulate-history.ts';

/** What belongs to a history, and not to simulated ones. */
const ofHistory = ['history', 'append', 'union', 'mark', 'night', 'why', 'html', 'confirm'] as const;

type AllOptions = HistoryOptions & SimulateOptions & ConfirmOptions & { simulate?: boolean; confirm?: boolean };

/** `history`: evidence over nights. */
export function defineHistoryCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('history')
    .argument('[suite]', 'name of a suite; npm run list shows them')
    .option('--profile <profile>', 'smoke, nightly or paper', 'nightly')
    .summary('gather nights and weigh the evidence of a loss')
    .description(
      'Adds nights that ran with --night to a suite’s history, and weighs the evidence that an arm, a group of arms, or all ' +
        'arms have lost since some night.',
    )
    .option(
      '--history <file>',
      'the history (default: baselines/history/<suite>.<profile>.jsonl)',
      pathOption('--history', io),
    )
    .option('--append <dir>', 'add the night in an output folder; may be repeated', collectPaths('--append', io))
    .option('--union <file>', 'add what another history holds; may be repeated', collectPaths('--union', io))
    .addOption(new Option('--mark <kind>', 'mark a night, with --night and --why').choices(markerKinds))
    .addOption(new Option('--night <date>', 'the night to mark').argParser(parseNight))
    .option('--why <text>', 'why it is marked', nonEmpty('--why'))
    .option('--html <file>', 'write a page that draws every series', pathOption('--html', io))
    .addOption(
      new Option(
        '--confirm',
        'at an alarm: train the accepted and the present commit on 5 fresh seeds here, and tell code from environment',
      ).conflicts(['append', 'union', 'mark', 'night', 'why', 'html']),
    )
    .option('--good <commit>', 'with --confirm: the accepted commit (default: the baseline’s)', nonEmpty('--good'))
    .option('--jobs <n>', 'with --confirm: worker processes at once (default: cores)', positiveInteger('--jobs'))
    .option('--data <dir>', 'with --confirm: folder with the data sets', pathOption('--data', io))
    .option(
      '--out <dir>',
      'with --confirm: folder of its records (default: reports/out/confirm-<suite>-<profile>)',
      pathOption('--out', io),
    )
    .addOption(
      new Option('--simulate', 'tell how often and how soon the check alarms, by simulation').conflicts([...ofHistory]),
    )
    .option('--nights <n>', 'with --simulate: nights for each number (default: 9000)', positiveInteger('--nights', 1e7))
    .option('--no-extra', 'with --simulate: suspects get no further seeds')
    .option('--json', 'print JSON only on stdout')
    .addHelpText('after', historyHelp)
    .action(async (name: string | undefined, options: AllOptions) => {
      if (options.simulate === true) {
        finish(await (await import('./simulate-history.ts')).simulateHistory(name, options, io));
        return;
      }
      const idle = options.nights !== undefined ? '--nights' : options.extra ? null : '--no-extra';
      if (idle !== null) throw new UsageError(`${idle}: belongs to --simulate; add that, or leave it away.`);
      if (options.confirm === true) {
        finish(await (await import('./confirm-command.ts')).confirmCommand(name, options, io));
        return;
      }
      const unused = (['good', 'jobs', 'data', 'out'] as const).find((word) => options[word] !== undefined);
      if (unused !== undefined) throw new UsageError(`--${unused}: belongs to --confirm; add that, or leave it away.`);
      finish(await (await import('./history-command.ts')).historyCommand(name, options, io));
    });
}

const historyHelp = `${examples(
  'npm run history -- compression --append reports/out/compression-nightly --html history.html',
  "npm run history -- compression --mark fixed --night 2026-12-01 --why 'the machine throttled'",
  'npm run history -- compression --union shard-1.jsonl --union shard-2.jsonl',
  'npm run history -- compression --confirm',
  'npm run history -- --simulate',
)}

A night is a run with --night: npm run suite -- compression --profile nightly --night 2026-12-01 --fresh.

Marks: "accepted" and "environment" begin the series anew with the night, as its level is wanted, or explained by another
environment; "fixed" leaves out the nights from that one to the last, whose fault is mended.

--confirm, where the history is suspect or worse, trains the arms of the series with the most evidence at the accepted
commit and at the present one (HEAD), with the same 5 fresh seeds, each in a worktree of its own. Only the present one is
low: code (exit code 1). Both are: environment; the present one is not: unconfirmed (3).

--simulate draws nights from the spread of the stored baselines, after 30 quiet nights. Losses are in points. A suspect
series gets more seeds the same night, 10 of an arm and about 40 cells of a group, twice at most (--no-extra: none).

Exit code: 0 no evidence of a loss; 1 regressed; 2 wrong usage or bad input; 3 suspect.`;
