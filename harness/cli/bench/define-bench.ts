import { type Command, Option } from 'commander';
import { profileGroupings } from '../../bench/operation-summary.ts';
import { collect, collectText, integerFrom, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';
import {
  type BenchOptions,
  defaultAlternations,
  defaultPeerLimit,
  fewestAlternations,
  fewestMemoryCalls,
  mostMemoryCalls,
} from './bench-options.ts';

/** `bench`. It loads what it does only when it is called, so that --help starts fast. */
export function defineBenchCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('bench')
    .summary('time steps, kernels and the data pipeline')
    .description(
      'Times training steps, evaluations, kernels and the data pipeline in this process, on the CPU: the median of ' +
        'the ' +
        'calls, its spread (half the distance between the quartiles), and where the arithmetic is known the GFLOP/s ' +
        'reached and their share of the machine’s measured matrix-product peak.',
    )
    .option('--only <glob>', 'only benchmarks whose names match; may be repeated', collect)
    .option('--iterations <n>', 'timed repetitions of each', positiveInteger('--iterations'), 10)
    .option('--threads <n>', 'threads of the engine and of peers', positiveInteger('--threads'), 1)
    .option('--peer <command>', 'compare with another program that measures the same step', collectText('--peer'))
    .option(
      '--alternations <n>',
      `how often benchmark and peers are measured in turn (default: ${defaultAlternations})`,
      integerFrom('--alternations', fewestAlternations),
    )
    .option(
      '--peer-limit <seconds>',
      `how long one run of a peer may take (default: ${defaultPeerLimit})`,
      positiveInteger('--peer-limit'),
    )
    .addOption(
      new Option('--profile [by]', 'instead of timing, print where an eager step’s time goes, by operation')
        .choices(profileGroupings)
        .preset(profileGroupings[0]),
    )
    .option(
      '--memory <calls>',
      'instead of timing, call one benchmark so often and print resident memory and tensors at ten points',
      integerFrom('--memory', fewestMemoryCalls, mostMemoryCalls),
    )
    .option('--json', 'print JSON only on stdout')
    .option('--csv', 'print CSV only on stdout')
    .addHelpText('after', help)
    .action(async (options: BenchOptions) => {
      const { benchCommand } = await import('./bench-command.ts');
      finish(await benchCommand(options, io));
    });
}

const help = `${examples(
  'npm run bench',
  "npm run -s bench -- --only 'train-step*' --csv",
  "npm run bench -- --only 'train-step/resnet-20/dense' --peer 'python3 step.py' --peer 'python3 step.py --compiled'",
  "npm run bench -- --only 'evaluation*' --profile",
  "npm run bench -- --only 'train-step/*dense' --profile shapes",
  "npm run bench -- --only 'train-loop*' --memory 10000",
)}

A peer is a command line for the shell. It measures one step by itself and prints, as its last line of JSON on stdout, an
object with the number step_ms. It gets OMP_NUM_THREADS and MKL_NUM_THREADS from --threads, and not the huge pages that
this process asks the C library for, as workers do (glibc.malloc.hugetlb=1; set GLIBC_TUNABLES to choose for both). --only must choose one
benchmark; in each alternation the benchmark (one warm-up call, then the median of --iterations calls) and every peer are
measured once, in the opposite order every other time. Each gives a ratio, the peer's time over the benchmark's: above 1,
the benchmark is faster. Printed are the ratios' median, its distribution-free confidence interval with the coverage that
so many alternations reach, and their range. With several peers, ratio_to_peer is the ratio to the fastest one.

A training step counts as three forward passes, two operations for each multiply-accumulate. A profile runs steps
operation by operation, which takes longer than the recorded graph that is timed otherwise.`;
