import type { Command } from 'commander';
import { collect, positiveInteger } from '../parse-options.ts';
import { type CommandContext, examples } from '../run/run-commands.ts';

/** `prove-portable`. */
export function defineProveCommand(program: Command, { io, finish }: CommandContext): void {
  program
    .command('prove-portable')
    .summary('show that portable results do not depend on the processor')
    .description(
      'Trains a tiny cell of each arm of the smoke profiles, and of every other method, with portable arithmetic: on ' +
        'this machine twice, with every Node and under every emulated processor that is given. Prints the digests of ' +
        'initial values and results; exits with 1 where any differ.',
    )
    .option('--cpu <model>', 'a processor of the emulator, such as Haswell, EPYC or max; may be repeated', collect)
    .option('--emulator <program>', 'the emulator for --cpu', 'qemu-x86_64')
    .option('--node <path>', 'a program of another version of Node; may be repeated', collect)
    .option('--only <glob>', 'only cells whose names match; may be repeated', collect)
    .option('--jobs <n>', 'worker processes at once (default: cores)', positiveInteger('--jobs'))
    .option('--time-limit <seconds>', 'that a cell may take in one environment', positiveInteger('--time-limit'), 1800)
    .option('--json', 'print JSON only on stdout')
    .addHelpText(
      'after',
      examples(
        'npm run prove-portable',
        "npm run prove-portable -- --cpu Haswell --cpu EPYC --cpu max --only '*spectral*'",
        'npm run prove-portable -- --node ~/node-24/bin/node',
      ),
    )
    .action(async (options) => {
      const { proveCommand } = await import('./prove-command.ts');
      finish(await proveCommand(options, io));
    });
}
