import { type Command, Option } from 'commander';
import { collect, collectText, naturalNumber, nonEmpty, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';

/** The commands that start from existing records: check, accept, compare, merge, verify, report. */
export function defineRecordCommands(program: Command, { io, finish }: CommandContext): void {
  withFolder(program.command('check').argument('[suite]', 'default: every output folder that has records'))
    .option('--profile <profile>', 'default: smoke; without a suite: all')
    .summary('compare records with the baseline')
    .description(
      'Prints the verdicts of existing records against the stored baselines, and the planned cells without a record, which ' +
        'give exit code 1. Writes no file.',
    )
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option('--strict', 'exit with 3 where a cell is inconclusive or has no baseline')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('npm run check', 'npm run check -- compression --profile nightly --strict'))
    .action(async (name, options) => {
      const { checkCommand } = await import('./check-command.ts');
      finish(await checkCommand(name, options, io));
    });

  withProfile(withFolder(program.command('accept').argument('<suite>')))
    .summary('store records as the new baseline')
    .description(
      'Stores the records of a run in baselines/<suite>.<profile>.json. Refuses failed records and partial runs.',
    )
    .requiredOption('--why <text>', 'why the new values are right; kept in the baseline’s history', nonEmpty('--why'))
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .addHelpText(
      'after',
      examples("npm run accept -- compression --profile smoke --why 'first baseline of the low-rank cells'"),
    )
    .action(async (name, options) => {
      const { acceptCommand } = await import('./accept-command.ts');
      finish(await acceptCommand(name, options, io));
    });

  program
    .command('compare')
    .argument('<before>', 'an output folder')
    .argument('<after>', 'another one')
    .summary('compare two output folders')
    .description('Prints how the records of two output folders differ, one row an arm.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('npm run compare -- reports/out/before reports/out/after'))
    .action(async (before, after, options) => {
      const { compareCommand } = await import('./compare-command.ts');
      finish(await compareCommand(before, after, options, io));
    });

  program
    .command('merge')
    .argument('<dir...>', 'output folders of shards')
    .summary('join the output folders of shards')
    .description(
      'Joins the output folders of shards of one run into a new folder. Refuses what is not of one run, plan, program ' +
        'and data; exits with 1 where cells of the plan are missing.',
    )
    .requiredOption('--out <dir>', 'new output folder')
    .addHelpText('after', examples('npm run merge -- shard-1 shard-2 --out reports/out/compression-nightly'))
    .action(async (dirs, options) => {
      const { mergeCommand } = await import('./merge-command.ts');
      finish(await mergeCommand(dirs, options, io));
    });

  withProfile(withFolder(program.command('verify').argument('<suite>')))
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
      collectText('--method'),
    )
    .option('--jobs <n>', 'worker processes at once (default: cores)', positiveInteger('--jobs'))
    .addOption(new Option('--device <device>', 'where to compute').choices(['cpu', 'gpu']).default('cpu'))
    .option('--data <dir>', 'folder with the data sets')
    .option('--json', 'print JSON only on stdout')
    .addHelpText(
      'after',
      examples('npm run verify -- compression --sample 2', 'npm run verify -- compression --seed 7'),
    )
    .action(async (name, options) => {
      const { verifyCommand } = await import('./verify-command.ts');
      finish(await verifyCommand(name, options, io));
    });

  withProfile(withFolder(program.command('report').argument('<suite>')))
    .summary('write the reports again')
    .description('Writes results.csv, report.md, report.html and junit.xml again from the stored records.')
    .option('--no-check', 'leave the verdicts out')
    .addHelpText('after', examples('npm run report -- compression --profile nightly'))
    .action(async (name, options) => {
      const { reportCommand } = await import('./report-command.ts');
      finish(await reportCommand(name, options, io));
    });
}

function withProfile(command: Command): Command {
  return command.option('--profile <profile>', 'smoke, nightly or paper', 'smoke');
}

function withFolder(command: Command): Command {
  return command.option('--out <dir>', 'output folder (default: reports/out/<suite>-<profile>)');
}
