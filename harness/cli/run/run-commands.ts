import { type Command, Option } from 'commander';
import { UsageError } from '../../errors.ts';
import { extraSeedsOfNight, parseNight } from '../../night.ts';
import { parseQueueAddress, queueVariables } from '../../run/queue/address.ts';
import { parseShard } from '../../run/records/shard.ts';
import { parseStoreAddress } from '../../run/shared/store-address.ts';
import type { Io } from '../io.ts';
import { collect, collectMethods, naturalNumber, nonEmpty, pathOption, positiveInteger } from '../parse-options.ts';
import { collectSettings } from './set-option.ts';
import type { PlanFileOptions, SuiteOptions } from './suite-options.ts';
import type { TuneOptions } from './tune-command.ts';

/** What the definitions of commands share: where to write, and where the exit code goes. */
export interface CommandContext {
  io: Io;
  commandLine: string[];
  /** What `--version` prints; empty where it is not asked for, as git is asked. */
  version: string;
  /** What the help of `suite` says of data sets; empty where no help of it is asked for, as it takes time to load. */
  dataHelp: string;
  finish(exitCode: number): void;
}

/** `suite`, `plan` and `list`. Each loads what it does only when it is called, so that --help starts fast. */
export function defineRunCommands(program: Command, { io, commandLine, dataHelp, finish }: CommandContext): void {
  withRunOptions(withPlanOptions(program.command('suite'), io), io)
    .summary('run suites')
    .description('Runs suites: trains their cells, checks them against the baselines, writes the reports.')
    .addOption(new Option('--list', 'print the suites and profiles instead of running').conflicts('plan'))
    .option('--plan', 'print the cells instead of running')
    .addHelpText('after', suiteHelp(dataHelp))
    .action(async (names: string[], options: SuiteOptions) => {
      const { suiteCommand } = await import('./suite-command.ts');
      finish(await suiteCommand(names, options, commandLine, io));
    });

  withBatchOptions(withPlanOptions(program.command('plan'), io), io)
    .summary('print the cells of a suite, or write them for a batch system')
    .description('Prints the cells that a suite would run, with an estimate of their time.')
    .addHelpText('after', planHelp())
    .action(async (names: string[], options: PlanFileOptions) => {
      const { planCommand } = await import('./plan-command.ts');
      finish(await planCommand(names, options, io));
    });

  defineTuneCommand(program, io, commandLine, finish);

  program
    .command('list')
    .argument('[suite...]', 'only these suites')
    .summary('list the suites and profiles')
    .description('Lists suites and profiles, one a line, with the number of cells and the estimated time with --jobs.')
    .addOption(
      new Option('--methods', 'list the methods instead: tasks, initializations, regularizers, source').conflicts([
        'method',
        'seeds',
      ]),
    )
    .option('--method <file>', methodOption, collectMethods(io))
    .option('--seeds <n>', 'replicates instead of the profile’s number', positiveInteger('--seeds'))
    .option('--jobs <n>', 'worker processes that the estimate assumes', positiveInteger('--jobs'))
    .option('--threads <n>', 'threads of each worker', positiveInteger('--threads'), 1)
    .option('--data <dir>', 'folder with the data sets', pathOption('--data', io))
    .option('--json', 'print JSON')
    .addHelpText('after', examples('npm run list', 'npm run list -- compression --json', 'npm run list -- --methods'))
    .action(async (names: string[], options: SuiteOptions & { methods?: boolean }) => {
      if (options.methods === true) {
        if (names.length > 0) throw new UsageError(`--methods: is of all suites; leave '${names.join(' ')}' away.`);
        (await import('./list-methods.ts')).listMethods(options, io);
        return;
      }
      const { listCommand } = await import('./list-command.ts');
      finish(await listCommand(names, options, io));
    });
}

/** `tune`: a run like those of `suite`, over the grid of the arms that are tuned. */
function defineTuneCommand(program: Command, io: Io, commandLine: string[], finish: CommandContext['finish']): void {
  const command = program.command('tune');
  withComputingOptions(
    command
      .argument('[suite]', 'name of a suite; npm run list shows them')
      .option('--profile <profile>', 'smoke, nightly or paper', 'nightly')
      .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
      .addOption(new Option('--shard <i/n>', 'only part I of N of the cells').argParser(parseShard)),
    io,
  )
    .summary('find learning rate and λ of the tuned arms')
    .description(
      'Finds the learning rate and λ of each arm of the tuned lane: trains it at every point of the profile’s grid, takes ' +
        'the point that is best on the held-out training examples, and stores it beside the baselines.',
    )
    .option('--out <dir>', 'output folder (default: reports/out/<suite>-<profile>-tuning)', pathOption('--out', io))
    .addOption(new Option('--resume', 'keep finished cells, run the others (the default)').conflicts('fresh'))
    .option('--fresh', 'run all cells again; earlier records are put aside')
    .option('--retry <n>', 'run failed cells up to N times more, at the end', naturalNumber('--retry'))
    .option('--verbose', 'print a line for each epoch of a training')
    .option('--dry-run', 'print the cells of the grid and the estimated time; train and store nothing')
    .addHelpText('after', tuneHelp())
    .action(async (name: string | undefined, options: TuneOptions) => {
      const { tuneCommand } = await import('./tune-command.ts');
      finish(await tuneCommand(name, options, commandLine, io));
    });
}

const methodOption = 'a method that joins the suite: its file, or its name in the registry; may be repeated';

/** The options that decide the cells. */
function withPlanOptions(command: Command, io: Io): Command {
  const planned = command
    .argument('[suite...]', 'names of suites, one after the other; npm run list shows them')
    .option('--all', 'every suite that has the profile')
    .option('--profile <profile>', 'smoke, nightly or paper', 'smoke')
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option('--method <file>', methodOption, collectMethods(io))
    .option('--seeds <n>', 'replicates instead of the profile’s number', positiveInteger('--seeds'))
    .addOption(
      new Option('--night <date>', 'one fixed seed and two fresh ones that the date decides, as YYYY-MM-DD')
        .conflicts('seeds')
        .argParser(parseNight),
    )
    .option(
      '--extra <n>',
      'with --night: further fresh seeds of each arm; choose the suspect ones with --only',
      positiveInteger('--extra', extraSeedsOfNight),
    )
    .option('--set <key=value>', 'try a value out, such as training.epochs=1; may be repeated', collectSettings)
    .option(
      '--limit <n>',
      'at most N training examples of each data set, and as large a share of its test examples',
      positiveInteger('--limit', Number.MAX_SAFE_INTEGER),
    )
    .addOption(new Option('--shard <i/n>', 'only part I of N of the cells').argParser(parseShard));
  return withSourceOptions(planned, io).option('--json', 'print JSON only on stdout');
}

/** How much of the machine is used, and where the data are. */
function withSourceOptions(command: Command, io: Io): Command {
  return command
    .option('--jobs <n>', 'worker processes at once (default: cores / threads)', positiveInteger('--jobs'))
    .option('--threads <n>', 'threads of each worker', positiveInteger('--threads'), 1)
    .option(
      '--data <dir>',
      'folder with the data sets (default: $FACTORBENCH_DATA, data/, then the user’s cache)',
      pathOption('--data', io),
    )
    .option('--download', 'fetch what is missing of the data sets that the cells need');
}

/** What batch systems are told. */
function withBatchOptions(command: Command, io: Io): Command {
  return withArithmeticOptions(command)
    .addOption(
      new Option('--slurm <file>', 'write an array script for Slurm')
        .conflicts('shard')
        .argParser(pathOption('--slurm', io)),
    )
    .addOption(
      new Option('--kubernetes <file>', 'write an Indexed Job for Kubernetes, on the project’s Docker image')
        .conflicts('shard')
        .argParser(pathOption('--kubernetes', io)),
    )
    .option('--tasks <n>', 'tasks of it (default: as many as make it end earlier)', positiveInteger('--tasks'))
    .option(
      '--out <dir>',
      'with --slurm: where the tasks write (default: reports/out/<suite>-<profile>-batch)',
      pathOption('--out', io),
    )
    .option('--image <name>', 'with --kubernetes: the image (default: factorbench)', nonEmpty('--image'))
    .option('--claim <name>', 'with --kubernetes: the claim of the volume (default: factorbench)', nonEmpty('--claim'));
}

function planHelp(): string {
  return `${examples(
    'npm run plan -- compression',
    'npm run plan -- compression --profile paper --json',
    'npm run plan -- compression --profile nightly --slurm nightly.sh',
    'npm run plan -- compression --profile nightly --kubernetes nightly.yaml --tasks 8 --image registry.example/factorbench',
  )}

The tasks of a file are shards of about equal estimated time, with --jobs workers each (1); cells that read from each
other are in one task. A task that runs again goes on where it stopped. bash FILE submits a Slurm array and, behind it,
a job that joins the tasks' folders; those of Kubernetes are joined by npm run merge, as the file says.`;
}

function withRunOptions(command: Command, io: Io): Command {
  return withArithmeticOptions(command)
    .option(
      '--out <dir>',
      'output folder (default: reports/out/<suite>-<profile>); of several suites, DIR/<suite>-<profile>',
      pathOption('--out', io),
    )
    .addOption(new Option('--resume', 'keep finished cells, run the others (the default)').conflicts('fresh'))
    .option('--fresh', 'run all cells again; earlier records are put aside')
    .option('--keep-weights', 'keep the final weights of every cell in weights/, as safetensors')
    .option('--retry <n>', 'run failed cells up to N times more, at the end', naturalNumber('--retry'))
    .addOption(new Option('--fail-fast', 'stop after the first failed cell').conflicts('retry'))
    .option('--verbose', 'print a line for each epoch of a training')
    .option(
      '--history <file>',
      'history that must not hold the night yet (default: baselines/history/<suite>.<profile>.jsonl)',
      pathOption('--history', io),
    )
    .addOption(
      new Option(
        '--store <place>',
        's3://BUCKET[/FOLDER] or a folder, where machines share records, weights and checkpoints beside --out',
      ).argParser((text) => parseStoreAddress(text, io.env, pathOption('--store', io))),
    )
    .addOption(
      new Option('--queue <url>', 'give the cells to the workers of a queue on Redis (npm run worker), and follow them')
        .argParser((text) => parseQueueAddress(text, io.env))
        .conflicts('jobs'),
    )
    .option('--overcommit', 'run cells that are expected to take more memory than the machine has')
    .option('--no-check', 'do not compare with the baseline')
    .addOption(
      new Option(
        '--escalate',
        'go on with 5, then 10 seeds of arms that are not decided; with --night, with more seeds of what is suspect',
      ).conflicts(['check', 'seeds', 'set', 'limit', 'shard']),
    )
    .addOption(
      new Option(
        '--strict',
        'exit with 3 where a cell is inconclusive, with 4 where one is changed, removed, on other data or without baseline',
      ).conflicts('check'),
    );
}

/** Where and with what arithmetic cells are computed. */
function withArithmeticOptions(command: Command): Command {
  return command
    .addOption(new Option('--device <device>', 'where to compute').choices(['cpu', 'gpu']).default('cpu'))
    .option('--portable', 'the same bits on every x64 processor with AVX2, at some cost (the default of smoke)')
    .option('--no-portable', 'the fastest instructions of this processor (the default of nightly and paper)');
}

function withComputingOptions(command: Command, io: Io): Command {
  return withArithmeticOptions(withSourceOptions(command, io));
}

function tuneHelp(): string {
  return `${examples(
    'npm run tune -- compression',
    'npm run tune -- compression --data ~/data --jobs 2',
    "npm run tune -- compression --only 'low-rank-*'",
    'npm run tune -- compression --shard 1/4 --out part-1',
  )}

The profile's grid has at most 6 points for each arm; its cells are cells like all others, with records and reports in
the output folder, and a run goes on where an earlier one into it stopped. Only held-out training examples choose; the
test set is in the curves alone. What is found goes into baselines/<suite>.<profile>.tuning.json with its evidence: grid,
values, data and cost; with --only, the stored choices of other arms stay. Shards store nothing: join their folders with
npm run merge, and let tune end it with --out on the joined one.

Beside the tuned lane it tells which λ the dense network admits for all arms: the largest one of the grid at which it is
not worse than without decay by more than a standard error.

Exit code: 0 stored; 1 a cell failed or has no record, and what is whole is stored; 2 wrong usage or bad input;
130 interrupted, and nothing is stored.`;
}

/** The part of a help text that shows how a command is used. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

function suiteHelp(dataHelp: string): string {
  return `${examples(
    'npm run suite -- compression',
    'npm run suite -- compression tensors',
    'npm run suite -- --all --profile nightly --data ~/data --jobs 2',
    "npm run suite -- compression --only 'low-rank-*' --only 'dense.*' --seeds 1",
    'npm run suite -- compression --profile nightly --shard 1/4 --out shard-1',
    'npm run suite -- compression --profile nightly --queue redis://10.0.0.5',
    'npm run suite -- compression --profile nightly --store s3://results/factorbench',
    'npm run suite -- compression --profile nightly --escalate',
    'npm run suite -- compression --profile nightly --night 2026-12-01 --fresh --escalate',
    'npm run suite -- compression --method ./my-method.js',
    "npm run suite -- compression --only '*seed-0' --set training.epochs=1 --limit 500",
    'npm run suite -- compression --plan --json',
  )}

Several suites are planned before the first of them runs, each into a folder of its own; the worst exit code counts.

A run goes on where an earlier one into the same folder stopped: completed and diverged cells are kept, failed ones run
again. Shards: the longest cells first, each to the shard with the least estimated time so far, so that N machines share
a plan without talking to each other; npm run merge joins their folders.

--queue puts the cells into a queue on a Redis server, from which workers on any number of machines take them (npm run
worker -- --help). Records, reports and exit codes are those of a run on this machine. Ctrl-C leaves the run, and the
workers go on; the same command joins them again. A cell that fails, or with which its worker vanishes, is tried three
times. A password is best given by the variable ${queueVariables.password}, a user by ${queueVariables.user}.

--store shares a run between machines that have output folders of their own: what others have finished is copied here
and not computed again, a training that one of them began goes on from its last checkpoint here, and what this machine
finishes is copied there. Reports, check and merge read the output folder, as ever. Of a bucket, AWS_ENDPOINT_URL names
the server where it is not Amazon's, AWS_REGION the region; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
AWS_SESSION_TOKEN are the keys, which no file and no message has. Where the bucket cannot be reached, the exit code is
2, and what is finished is kept here: run it again.

A run with --night is one of a series: npm run history gathers them. Its folder keeps the date, so that it goes on as the
same night after midnight; a night that the history holds already is refused.

--escalate goes on where the check has not decided an arm, with 5, then 10 seeds; three looks share the chance of a false
alarm. With --night it gives more seeds of the date to what is suspect in the history, twice at most.

A method from a file gets the budgets of the suite's compressed arms. The file is an ES module; docs/extending.md
has an example. A file that is changed runs its cells again. A file that cannot be loaded, or a budget
that it cannot reach, is named, the other cells run, and the exit code is 1. A name that no method has, an --only that
matches no cell and a shard without cells are refused.

--set and --limit try something out: KEY is the path of a field in a cell's configuration, VALUE is JSON, else text. The
cells get ids and names of their own (...set-1a2b3c4d.seed-0), and no baseline: they are not checked, and not accepted.

${dataHelp}

Exit code: 0 passed; 1 a cell regressed, failed or is irreproducible, or has no record; 2 wrong usage or bad input;
3 with --strict: inconclusive; with --night --escalate: suspect still; 4 with --strict, or of the nightly profile: not
accepted (changed, removed, on other data, without baseline, or, of smoke with --strict, drifted); 130 interrupted.`;
}
