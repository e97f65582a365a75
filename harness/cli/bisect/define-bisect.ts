import { type Command, Option } from 'commander';
import { ways } from '../../bisect/bisect-state.ts';
import { nonEmpty, pathOption, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';
import type { BisectCommandOptions } from './bisect-command.ts';

/** `bisect`: the commit that changed a result. */
export function defineBisectCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('bisect')
    .argument('<suite>', 'name of a suite; npm run list shows them')
    .summary('find the commit that changed a result')
    .description(
      'Finds the commit between a good and a bad one that changed a cell: without training, by what each commit would ' +
        'compute; else by the exact weights of the cell; else by fresh seeds of its arm.',
    )
    .requiredOption('--cell <name>', 'the cell, by name or id', nonEmpty('--cell'))
    .requiredOption('--good <commit>', 'an ancestor of the bad one, where it was well', nonEmpty('--good'))
    .requiredOption('--bad <commit>', 'where it no longer is', nonEmpty('--bad'))
    .option('--profile <profile>', 'smoke, nightly or paper', 'smoke')
    .addOption(new Option('--by <way>', 'this way alone (default: the first that tells the ends apart)').choices(ways))
    .option('--jobs <n>', 'worker processes at once (default: cores / threads)', positiveInteger('--jobs'))
    .option('--threads <n>', 'threads of each worker', positiveInteger('--threads'), 1)
    .addOption(new Option('--device <device>', 'where to compute').choices(['cpu', 'gpu']).default('cpu'))
    .option('--data <dir>', 'folder with the data sets', pathOption('--data', io))
    .option(
      '--out <dir>',
      'folder of its state and records (default: reports/out/bisect-<suite>-<profile>)',
      pathOption('--out', io),
    )
    .option('--fresh', 'begin anew; what an earlier one found is deleted')
    .option('--json', 'print JSON only on stdout')
    .addHelpText('after', help)
    .action(async (name: string, options: BisectCommandOptions) => {
      const { bisectCommand } = await import('./bisect-command.ts');
      finish(await bisectCommand(name, options, io));
    });
}

const help = `${examples(
  'npm run bisect -- compression --cell dense.default.none.resnet-8-w8.generated.seed-0 --good v1.0 --bad HEAD',
  'npm run bisect -- compression --profile nightly --cell 06c725512c8b7f37 --good HEAD~32 --bad HEAD --by seeds',
)}

Each commit is checked out into a worktree of git in the user's cache, set up as a checkout of its own, and asked through
its own command line (plan --json, check --definition --json, suite). One that cannot be set up or asked is skipped and
named; then the answer may be several commits. Commits that differ in tests and documents alone are one, and so are the
trainings of one program. Merges follow the first parent.

A definition tells no cell that begins with what others come to. Weights take the good commit twice, and log2 N cells.
Seeds are added in fives, at most 40 at a commit; with ends that are known exactly, over 32 commits, a change of two standard
deviations is placed rightly always with about 28 cells between the ends, of one in 98 % with 66, of a half in 75 % with
162; the ends take 5 to 40 each. The answer carries its own probability.

It goes on where it stopped: start it again with the same words.

Exit code: 0 the change was placed; 2 wrong usage or bad input; 3 nothing tells the ends apart; 130 interrupted.`;
