import { type Command, Option } from 'commander';
import { parseQueueAddress, queueVariables } from '../../run/queue/address.ts';
import { parseStoreAddress } from '../../run/shared/store-address.ts';
import { amount, pathOption, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from './run-commands.ts';
import type { WorkerOptions } from './worker-command.ts';

/** `worker`: computes what runs with --queue put into a queue. */
export function defineWorkerCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('worker')
    .summary('compute cells of a queue')
    .description('Takes cells that npm run suite -- SUITE --queue URL has put into a queue, and computes them here.')
    .addOption(
      new Option('--queue <url>', 'the Redis server: redis://HOST[:PORT][/DATABASE], or rediss:// with TLS')
        .argParser((text) => parseQueueAddress(text, io.env))
        .makeOptionMandatory(),
    )
    .option(
      '--out <dir>',
      'the run’s output folder here, or the one that holds several runs’ (default: reports/out/<suite>-<profile>)',
      pathOption('--out', io),
    )
    .addOption(
      new Option(
        '--store <place>',
        's3://BUCKET[/FOLDER] or a folder, as of the suite: the output folder here is this worker’s alone',
      ).argParser((text) => parseStoreAddress(text, io.env, pathOption('--store', io))),
    )
    .option('--jobs <n>', 'cells at once (default: cores; with GPUs, their number)', positiveInteger('--jobs'))
    .option('--memory <gb>', 'memory that cells may take together (default: what is free)', amount('--memory'))
    .option('--gpu', 'take cells that compute on a GPU, too')
    .option('--data <dir>', 'folder with the data sets', pathOption('--data', io))
    .option('--download', 'fetch what is missing of the data sets that cells need')
    .option('--idle <seconds>', 'end after so long without a cell (default: never)', amount('--idle'))
    .option(
      '--takeover <seconds>',
      'a worker that is silent for so long loses its cells to others',
      positiveInteger('--takeover', 3600),
      60,
    )
    .addHelpText('after', workerHelp)
    .action(async (options: WorkerOptions) => {
      const { workerCommand } = await import('./worker-command.ts');
      finish(await workerCommand(options, io));
    });
}

const workerHelp = `${examples(
  'npm run worker -- --queue redis://10.0.0.5',
  'npm run worker -- --queue redis://10.0.0.5 --jobs 8 --out /shared/compression-nightly',
  'npm run worker -- --queue rediss://queue.example:6380/2 --gpu --data ~/data',
  'npm run worker -- --queue redis://10.0.0.5 --store s3://results/factorbench',
  'npm run worker -- --queue redis://10.0.0.5 --idle 60',
)}

A worker takes cells of every run in the queue that it can compute: its checkout is of the same commit with the same
changes, its data sets hold the same, and the run's output folder is here: the one that the suite writes into, shared
between the machines, or with --store a folder of this machine, beside the store that suite and workers name. Records
and checkpoints go there, as a run on one machine writes them, so that another worker goes on where one vanished. What
it does not take it says, and why; npm run suite shows that, too.

A cell runs in a process of its own. As many run at once as --jobs and the memory allow, by what they are expected to
take and, where one took more, by its peak; those that --memory cannot hold are left to others. Nothing that lies in
Redis decides what is computed: a job names a cell of the run's folder, or is refused.

Ctrl-C and SIGTERM give back what is being computed. The server must not drop keys (maxmemory-policy noeviction), and
should append to a file (appendonly yes): what it loses all the same is put in again by the suite that follows.

A password is best given by the variable ${queueVariables.password}, a user by ${queueVariables.user}.

Exit code: 0 ended by --idle; 1 a fault of the program; 2 wrong usage, a server that cannot be used, a full disk or bad
input; 130 interrupted.`;
