import { execa } from 'execa';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { firstLine } from '../../foreign-text.ts';
import type { JoinedMethod } from '../../methods/joined.ts';
import { methods } from '../../methods/registry.ts';
import { chosenBy } from '../../name-matcher.ts';
import { planCells } from '../../plan/plan.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { environmentsOf, type ProofEnvironment, proveCells } from '../../run/prove.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { SuiteSpec } from '../../spec/suite.ts';
import type { Kind } from '../../tasks/kind.ts';
import { kindOf } from '../../tasks/registry.ts';
import { workerPath } from '../checkout.ts';
import { type Io, table, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { arithmeticFor, ownProcessor } from '../run/arithmetic.ts';
import { killAfterMs } from '../run/suite-command.ts';

/** The oldest emulator under which all cells were seen to run. */
const knownEmulator = 10;

export interface ProveOptions {
  /** Processors' models, as the emulator names them. */
  cpu?: string[];
  emulator: string;
  /** Programs of other versions of Node. */
  node?: string[];
  only?: string[];
  jobs?: number;
  timeLimit: number;
  json?: boolean;
}

/**
 * Trains a tiny cell of every arm of the smoke profiles, and of every other method, in each environment, and prints the
 * digests of initial values and of results: with portable arithmetic all are to be equal.
 */
export async function proveCommand(options: ProveOptions, io: Io): Promise<number> {
  arithmeticFor({ portable: true, device: 'cpu' }, 'smoke', ownProcessor());
  for (const node of options.node ?? []) await versionOf('--node', node, /^v(\d+)\.\d+\.\d+$/m, 'a Node');
  if ((options.cpu ?? []).length > 0) {
    const { emulator } = options;
    const version = await versionOf('--emulator', emulator, /^qemu-x86_64 version (\d+)\./m, "QEMU's qemu-x86_64");
    if (version < knownEmulator) {
      io.stderr.write(
        `${emulator} is QEMU ${version}: 7.2 was seen to crash in hyperbolic tangents; ${knownEmulator} and newer are known to run.\n`,
      );
    }
  }
  const environments = environmentsOf(options, process.execPath);
  const cells = tinyCells(options);
  const jobs = options.jobs ?? defaultJobs(1);
  const proof = await withInterruption(io, (signal) =>
    proveCells({
      cells,
      environments,
      jobs,
      timeLimitSeconds: options.timeLimit,
      workerPath: io.workerPath ?? workerPath(),
      killAfterMs,
      signal,
      stream: io.stderr,
    }),
  );
  if (options.json === true) io.stdout.write(`${JSON.stringify(proof, null, 2)}\n`);
  else io.stdout.write(proofText(environments, proof));
  if (proof.some(({ results }) => results.length < environments.length)) return exitCodes.interrupted;
  return proof.every(({ equal }) => equal) ? exitCodes.passed : exitCodes.regressed;
}

type Proof = Awaited<ReturnType<typeof proveCells>>;

/** A cell a line: whether all environments agree or are still asked, and its digests or what went wrong, each once. */
export function proofText(environments: readonly Pick<ProofEnvironment, 'name'>[], proof: Proof): string {
  const stateOf = ({ equal, results }: Proof[number]) => {
    const isOpen = results.length < environments.length && (equal || results.length === 0);
    if (isOpen) return 'open';
    if (equal) return 'equal';
    const given = new Set(
      results.flatMap(({ error, initial, result }) => (error === null ? [`${initial} ${result}`] : [])),
    );
    return given.size > 1 ? 'DIFFERS' : 'FAILED';
  };
  const cellsIn = (state: ReturnType<typeof stateOf>) => proof.filter((of) => stateOf(of) === state);
  const rows = proof.map(({ suite, cell, equal, results }) => [
    stateOf({ suite, cell, equal, results }),
    `in ${results.length} of ${environments.length}`,
    suite,
    cell,
    eachOnce(results.map(({ initial }) => initial)),
    eachOnce(results.map(({ result }) => result)),
  ]);
  const differing = [...cellsIn('DIFFERS'), ...cellsIn('FAILED')];
  const details = differing.flatMap(({ suite, cell, results }) =>
    results.map(({ environment, initial, result, error }) =>
      [suite, cell, environment, initial, result, error === null ? null : firstLine(error, 200)].map(
        (text) => text ?? '',
      ),
    ),
  );
  const names = environments.map(({ name }) => name).join(', ');
  const head = table([['', 'environments', 'suite', 'cell', 'initial values', 'result'], ...rows]);
  const open = cellsIn('open').length;
  const left = open === 0 ? '' : ` ${open} are open: not computed in every environment.`;
  const failed = cellsIn('FAILED').length;
  const without = failed === 0 ? '' : ` ${failed} have no result everywhere, and no two that differ.`;
  const equal = cellsIn('equal').length;
  const count = `${equal} of ${proof.length} cells are equal wherever they were computed.${left}${without} Environments: ${names}.\n`;
  return `${head}${details.length === 0 ? '' : `\n${table(details)}`}${count}`;
}

function eachOnce(digests: readonly (string | null)[]): string {
  return [...new Set(digests.map((digest) => digest ?? 'none'))].join(' / ');
}

/** The methods of the registry that no smoke profile names: they join the first one whose budgets they have. */
function methodsWithoutCell(withSmoke: readonly SuiteSpec[]): JoinedMethod[] {
  const experiments = withSmoke.flatMap(({ profiles }) => profiles.smoke?.experiments ?? []);
  const named = new Set(experiments.flatMap(({ arms }) => arms.map(({ method }) => method)));
  return methods.filter(({ name }) => !named.has(name)).map((method) => ({ method, file: null }));
}

/** What makes the cells of a suite tiny: what its kind of task says. */
function tinyOf({ profiles }: SuiteSpec): Kind['tiny'] {
  const [experiment] = profiles.smoke?.experiments ?? [];
  return experiment === undefined ? undefined : kindOf(experiment.task).tiny;
}

function tinyCells({ only }: ProveOptions): PlannedCell[] {
  const withSmoke = suites.filter(({ profiles }) => 'smoke' in profiles);
  // On generated data, whatever files there are: they would have to lie on every machine.
  const planned = (suite: SuiteSpec, methods: JoinedMethod[] = []) =>
    planCells(suite, 'smoke', { present: [], seeds: 1, ...tinyOf(suite), methods });
  const joined = methodsWithoutCell(withSmoke).flatMap((method) =>
    firstThatGoes(withSmoke, (suite) => ofMethod(planned(suite, [method]), method)),
  );
  const cells = [...withSmoke.flatMap((suite) => planned(suite)), ...joined];
  return chosenBy(only, cells, ({ cell }) => cell, `${cells.length} cells`);
}

function ofMethod(cells: readonly PlannedCell[], { method }: JoinedMethod): PlannedCell[] {
  return cells.filter(({ config }) => 'method' in config && config.method === method.name);
}

/** What the first suite gives that neither refuses nor has nothing. */
function firstThatGoes<T>(suites: readonly SuiteSpec[], of: (suite: SuiteSpec) => T[]): T[] {
  const refusals: UsageError[] = [];
  for (const suite of suites) {
    try {
      const found = of(suite);
      if (found.length > 0) return found;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      refusals.push(error);
    }
  }
  throw refusals[0] ?? new Error('no suite has a cell of it');
}

/** The first number of a program's version. Throws UsageError where it is not that program. */
async function versionOf(option: string, program: string, pattern: RegExp, name: string): Promise<number> {
  const { stdout, failed, code } = await execa(program, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
  });
  const [, first] = pattern.exec(stdout) ?? [];
  if (!failed && first !== undefined) return Number(first);
  const why = code === 'ENOENT' ? 'there is no such program' : 'it does not say its version as one';
  throw new UsageError(`${option} ${program}: ${why}; give the path of ${name}.`);
}
