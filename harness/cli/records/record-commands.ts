import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.ts';
import type { Io } from '../io.ts';
import {
  amount,
  collect,
  collectMethods,
  collectPaths,
  collectText,
  naturalNumber,
  nonEmpty,
  pathOption,
  positiveInteger,
} from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';
import { defineHistoryCommand } from './define-history.ts';

/** The commands that start from existing records: check, accept, compare, claims, export, merge, verify, report, history. */
export function defineRecordCommands(program: Command, context: CommandContext): void {
  const { io, finish } = context;
  defineHistoryCommand(program, context);
  withFolder(program.command('check').argument('[suite...]', 'default: every output folder that has records'), io)
    .option(
      '--profile <profile>',
      'default: smoke; without a suite: all; with --definition smoke and nightly, and may be repeated (paper is reduced)',
      collectText('--profile'),
    )
    .addOption(
      new Option(
        '--confirm',
        'run the accepted commit on each cell that diverged where accepted ones did not: is it code or environment?',
      ).conflicts('definition'),
    )
    .option('--definition', 'compare what is to be computed, without training and without records')
    .option('--all', 'with --definition: every suite (the default)')
    .option('--data <dir>', 'with --definition or --confirm: folder with the data sets', pathOption('--data', io))
    .option('--jobs <n>', 'with --definition: worker processes at once (default: cores)', positiveInteger('--jobs'))
    .summary('compare records with the baseline')
    .description(
      'Prints the verdicts of existing records against the stored baselines, and the planned cells without a record, which ' +
        'give exit code 1. Writes no file.',
    )
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option(
      '--strict',
      'exit with 3 where a cell is inconclusive, with 4 where one is changed, removed, on other data or without baseline',
    )
    .option('--json', 'print JSON')
    .addOption(
      new Option('--markdown', 'print Markdown, for the summary of a job or a comment of a pull request').conflicts(
        'json',
      ),
    )
    .addHelpText(
      'after',
      `${examples(
        'npm run check',
        'npm run check -- compression --profile nightly --strict',
        'npm run check -- compression --profile nightly --confirm',
        'npm run check -- --definition',
        'npm run -s check -- --definition --markdown',
      )}${definitionHelp}`,
    )
    .action(async (names, options) => {
      if (options.definition === true) {
        const { definitionCommand } = await import('./definition-command.ts');
        finish(await definitionCommand(names, options, io));
        return;
      }
      refuseSeveral(names, options);
      const { checkCommand } = await import('./check-command.ts');
      finish(await checkCommand(names[0], { ...options, profile: options.profile?.[0] }, io));
    });

  withProfile(withFolder(program.command('accept').argument('<suite>'), io))
    .summary('store records as the new baseline')
    .description(
      'Tells what every lane of the check sees differ, stores the records of a run in baselines/<suite>.<profile>.json, ' +
        'and drops from it what the profile plans no more. Refuses failed records, partial runs, runs of uncommitted code ' +
        'or of several environments, and fewer than 3 seeds of a nightly arm.',
    )
    .option('--why <text>', 'why the new values are right; kept in the baseline’s history', nonEmpty('--why'))
    .option('--complete', 'add definitions to entries that have none, without training and without records')
    .option(
      '--environments',
      'with --complete: also define each cell in environments that this machine can play (threads, instructions, ' +
        'without oneDNN), and store how far the first steps differ in them',
    )
    .addOption(
      new Option(
        '--definition',
        'of paper, or nightly: store what the reduced forms of its cells would compute, without training and without records',
      ).conflicts('complete'),
    )
    .option('--data <dir>', 'with --complete: folder with the data sets', pathOption('--data', io))
    .option(
      '--jobs <n>',
      'with --complete or --definition: worker processes at once (default: cores)',
      positiveInteger('--jobs'),
    )
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option('--drifted', 'only cells whose weights another program changed in the same environment')
    .addHelpText(
      'after',
      examples("npm run accept -- compression --profile smoke --why 'first baseline of the low-rank cells'"),
    )
    .action(async (name, options) => {
      if (options.environments === true && options.complete !== true) {
        throw new UsageError('accept --environments: goes with --complete.');
      }
      if (options.complete === true) {
        if (options.why !== undefined) throw new UsageError('accept --complete: accepts nothing, and takes no --why.');
        if (options.drifted === true)
          throw new UsageError('accept --complete: reads no records, and takes no --drifted.');
        const { completeCommand } = await import('./complete-command.ts');
        finish(await completeCommand(name, options, io));
        return;
      }
      const { why } = options;
      if (why === undefined) throw new UsageError('accept: say why the new values are right: --why TEXT.');
      if (options.definition === true) {
        const { acceptDefinitionsCommand } = await import('./accept-definitions-command.ts');
        finish(await acceptDefinitionsCommand(name, { ...options, why }, io));
        return;
      }
      const { acceptCommand } = await import('./accept-command.ts');
      finish(await acceptCommand(name, { ...options, why }, io));
    });

  program
    .command('compare')
    .argument('<before>', 'an output folder', pathOption('compare', io))
    .argument('<after>', 'another one', pathOption('compare', io))
    .summary('compare two output folders')
    .description('Prints how the records of two output folders differ, suite by suite, one row an arm.')
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option(
      '--fail-below <x>',
      'exit with 1 where an arm is worse by more than X, in the metric’s unit',
      amount('--fail-below'),
    )
    .option('--csv', 'print CSV only on stdout')
    .option('--json', 'print JSON only on stdout')
    .addHelpText('after', compareHelp)
    .action(async (before, after, options) => {
      const { compareCommand } = await import('./compare-command.ts');
      finish(await compareCommand(before, after, options, io));
    });

  program
    .command('claims')
    .argument('[dir...]', 'output folders (default: the stored baselines)', collectPaths('claims', io))
    .summary('hold publications’ claims against what was measured')
    .description(
      'Prints each claim of baselines/claims.json with its effect, interval, test and verdict: supported, contradicted, ' +
        'undecided (with the seeds that would decide it), or not tested.',
    )
    .option('--json', 'print JSON only on stdout')
    .addHelpText(
      'after',
      examples('npm run claims', 'npm run -s claims -- reports/out/compression-nightly reports/out/tensors-nightly'),
    )
    .action(async (dirs, options) => {
      const { claimsCommand } = await import('./claims-command.ts');
      finish(await claimsCommand(dirs ?? [], options, io));
    });

  program
    .command('export')
    .argument('<dir>', 'an output folder', pathOption('export', io))
    .summary('write records for other programs')
    .description(
      'Writes the records of an output folder as Parquet (results.parquet, a row a cell, and curves.parquet, a row a value) ' +
        'or as TensorBoard event files, a folder a cell.',
    )
    .addOption(new Option('--format <format>', 'of the files').choices(['parquet', 'tensorboard']).default('parquet'))
    .requiredOption('--to <dir>', 'new folder', pathOption('--to', io))
    .addHelpText(
      'after',
      examples(
        'npm run export -- reports/out/compression-nightly --to frames',
        'npm run export -- reports/out/compression-nightly --format tensorboard --to runs',
      ),
    )
    .action(async (dir, options) => {
      const { exportCommand } = await import('./export-command.ts');
      finish(await exportCommand(dir, options, io));
    });

  program
    .command('merge')
    .argument('<dir...>', 'output folders of shards', collectPaths('merge', io))
    .summary('join the output folders of shards')
    .description(
      'Joins the output folders of shards of one run into a new folder. Refuses what is not of one run, plan, program ' +
        'and data; exits with 1 where cells of the plan are missing.',
    )
    .requiredOption('--out <dir>', 'new output folder', pathOption('--out', io))
    .addHelpText('after', examples('npm run merge -- shard-1 shard-2 --out reports/out/compression-nightly'))
    .action(async (dirs, options) => {
      const { mergeCommand } = await import('./merge-command.ts');
      finish(await mergeCommand(dirs, options, io));
    });

  withProfile(withFolder(program.command('verify').argument('<suite>'), io))
    .summary('execute stored cells again')
    .description(
      'Executes a seeded sample of stored completed cells again and compares the final weights. A method’s file that a ' +
        'record names is run only where --method names it too.',
    )
    .option('--sample <n>', 'number of cells', positiveInteger('--sample'), 3)
    .option('--seed <n>', 'seed of the sample', naturalNumber('--seed'), 0)
    .option('--only <glob>', 'sample only cells whose names match; may be repeated', collect)
    .option(
      '--method <file>',
      'a method’s file, which is imported and run; needed for cells of methods from files; may be repeated',
      collectMethods(io),
    )
    .option('--jobs <n>', 'worker processes at once (default: cores)', positiveInteger('--jobs'))
    .addOption(new Option('--device <device>', 'where to compute').choices(['cpu', 'gpu']).default('cpu'))
    .option('--data <dir>', 'folder with the data sets', pathOption('--data', io))
    .option('--json', 'print JSON only on stdout')
    .addHelpText(
      'after',
      examples('npm run verify -- compression --sample 2', 'npm run verify -- compression --seed 7'),
    )
    .action(async (name, options) => {
      const { verifyCommand } = await import('./verify-command.ts');
      finish(await verifyCommand(name, options, io));
    });

  withProfile(withFolder(program.command('report').argument('[suite...]', 'with --site: output folders'), io))
    .summary('write the reports again, or a site over all runs')
    .description(
      'Writes results.csv, report.md, report.html and junit.xml again from the stored records. With --site, pages over the ' +
        'runs of several output folders (default: the stored baselines): which method at which budget, claims, methods.',
    )
    .option('--no-check', 'leave the verdicts out')
    .addOption(
      new Option('--site <dir>', 'write a static site into this folder')
        .argParser(pathOption('--site', io))
        .conflicts('out'),
    )
    .addHelpText(
      'after',
      examples(
        'npm run report -- compression --profile nightly',
        'npm run report -- --site site',
        'npm run report -- --site site reports/out/compression-nightly reports/out/tensors-nightly',
      ),
    )
    .action(async (names, { site, ...options }) => {
      if (site !== undefined) {
        const { siteCommand } = await import('./site-command.ts');
        finish(await siteCommand(names.map(pathOption('report', io)), site, io));
        return;
      }
      const [name, ...others] = names;
      if (name === undefined || others.length > 0) {
        throw new UsageError('report: name one suite; several output folders go with --site DIR.');
      }
      const { reportCommand } = await import('./report-command.ts');
      finish(await reportCommand(name, options, io));
    });
}

/** Without --definition, a check reads the records of one suite and profile, or all that there are. */
function refuseSeveral(names: readonly string[], options: Record<string, unknown> & { profile?: string[] }): void {
  const idle = ['all', ...(options.confirm === true ? [] : ['data']), 'jobs'].find(
    (name) => options[name] !== undefined,
  );
  if (idle !== undefined) throw new UsageError(`check --${idle}: goes with --definition only.`);
  if (names.length <= 1 && (options.profile?.length ?? 0) <= 1) return;
  throw new UsageError('check: name one suite and one profile, or none; several go with --definition only.');
}

const definitionHelp = `

--definition records the steps that every cell of smoke, and one seed of each arm of nightly, would train with, goes
through their draws, and trains the first three steps: what differs from the baseline is told a line each. Cells of
paper are asked in a reduced form, of a narrow network and small batches of drawn data.

Exit code with --definition: 0 equal; 1 a cell failed, or computes the same otherwise; 2 wrong usage; 4 changed.`;

const compareHelp = `${examples(
  'npm run compare -- reports/out/before reports/out/after',
  "npm run compare -- reports/out/before reports/out/after --only 'low-rank-*' --fail-below 0.01",
)}

Differences are after - before. Where two seeds or more are in both runs, they are paired: equal seeds share initial
values and order of the data. Otherwise all completed seeds of one are compared with all of the other (two-sample); the
column "seeds" says which, and "left out" what the means are not over.

--fail-below judges by the estimated difference alone, not by its interval: 0.01 of accuracy is one point, 0.4 of BLEU
is 0.4, and where lower is better, a rise is worse. A completed seed that then diverged or failed, and an arm that is lost,
are worse too.`;

function withProfile(command: Command): Command {
  return command.option('--profile <profile>', 'smoke, nightly or paper', 'smoke');
}

function withFolder(command: Command, io: Io): Command {
  const parse = pathOption('--out', io);
  return command.option('--out <dir>', 'output folder (default: reports/out/<suite>-<profile>)', parse);
}
