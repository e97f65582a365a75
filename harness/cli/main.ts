import { Command, CommanderError } from 'commander';
import { cleanText, thrownStack } from '../foreign-text.ts';
import { exitCodeOfError, exitCodes } from '../run/exit-code.ts';
import { withoutSecrets } from '../run/queue/address.ts';
import { fileErrorWords } from '../setup/file-errors.mjs';
import { versionLine } from '../setup/version.mjs';
import { defineBenchCommand } from './bench/define-bench.ts';
import { defineBisectCommand } from './bisect/define-bisect.ts';
import { checkoutFolder } from './checkout.ts';
import { type Io, ignoreLostReaders } from './io.ts';
import { defineProveCommand } from './prove/define-prove.ts';
import { defineRecordCommands } from './records/record-commands.ts';
import { refuseRepeats } from './repeats.ts';
import { defineWorkerCommand } from './run/define-worker.ts';
import { type CommandContext, defineRunCommands } from './run/run-commands.ts';

/**
 * The command line: `argv` without the program's name, such as `['suite', 'compression']`. Resolves to the exit code;
 * errors of users are told on stderr without a stack and give 2.
 */
export async function main(argv: string[], io: Io = process): Promise<number> {
  let exitCode: number = exitCodes.passed;
  const lostOutput = ignoreLostReaders(io);
  const context: CommandContext = {
    io,
    commandLine: withoutSecrets(argv),
    version: argv.includes('--version') ? versionLine(checkoutFolder()) : '',
    dataHelp: asksForSuiteHelp(argv) ? (await import('./run/data-help.ts')).dataHelp() : '',
    finish: (code) => {
      exitCode = code;
    },
  };
  try {
    await programOf(context).parseAsync(argv, { from: 'user' });
  } catch (error) {
    exitCode = tellError(error, io);
  }
  // What could not be written is told in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  const lost = lostOutput();
  if (lost === null) return exitCode;
  io.stderr.write(`${cleanText(fileErrorWords(lost, { done: 'written', path: 'The output' }) ?? lost.message)}.\n`);
  return exitCode === exitCodes.passed ? exitCodes.usage : exitCode;
}

function programOf(context: CommandContext): Command {
  const { io } = context;
  const program = new Command('factorbench');
  program
    .description('Benchmarks of compressed neural networks. Each command has --help.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(cleanText(text)),
    })
    // Subcommands copy these settings when they are defined.
    .showHelpAfterError('(--help shows what is possible)')
    .showSuggestionAfterError();
  defineRunCommands(program, context);
  defineWorkerCommand(program, context);
  defineBenchCommand(program, context);
  defineRecordCommands(program, context);
  defineBisectCommand(program, context);
  defineProveCommand(program, context);
  for (const command of [program, ...program.commands]) {
    refuseRepeats(command);
    command.version(context.version, '--version', 'print name, version and commit');
  }
  return program;
}

function asksForSuiteHelp(argv: readonly string[]): boolean {
  return argv.includes('suite') && argv.some((word) => ['help', '--help', '-h'].includes(word));
}

function tellError(error: unknown, io: Io): number {
  // Commander has told its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  io.stderr.write(`${textOfError(error)}\n`);
  return exitCodeOfError(error);
}

/** What is wrong in a sentence where it is the user's to mend, with a stack where it is a fault of the program. */
function textOfError(error: unknown): string {
  // The last net: a refusal of the system that nothing nearer has explained.
  const words = fileErrorWords(error, { done: 'used' });
  if (words !== null) return cleanText(`${words}.`);
  return error instanceof Error && exitCodeOfError(error) === exitCodes.usage
    ? cleanText(error.message)
    : thrownStack(error);
}
