import { initsOfMethod, type Method } from '../../methods/method.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { methods } from '../../methods/registry.ts';
import { kindNames } from '../../spec/kinds.ts';
import { regularizerNames } from '../../spec/words.ts';
import { kindOf } from '../../tasks/registry.ts';
import { type Io, table } from '../io.ts';

/** What a method of the registry is, and what it goes with. */
export interface MethodRow {
  name: string;
  /** Kinds of task that can use it. */
  tasks: string[];
  inits: string[];
  regularizers: string[];
  /** Where it was published, or what it is a control of. */
  source: string;
  definition: string;
}

/** Prints the methods that suites and `--method` may name, one a line. */
export function listMethods(options: { json?: boolean }, io: Io): void {
  const rows = methods.map(methodRow);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  const titles = ['method', 'tasks', 'initializations', 'regularizers', 'source'];
  const lines = rows.map(({ name, tasks, inits, regularizers, source }) => {
    return [name, tasks.join(', '), inits.join(', '), regularizers.join(', '), source];
  });
  io.stdout.write(table([titles, ...lines]));
}

/** The words are those of networks of images; a Transformer's name parts of it in addition. */
function methodRow(method: Method): MethodRow {
  const inits = [...initsOfMethod(method)];
  const regularizers = regularizerNames.filter(
    (regularizer) => idleRefusal(method, { budget: 1, init: inits[0] ?? '', regularizer }) === null,
  );
  const tasks = kindNames().filter((name) => kindOf(name).accepts?.(method) === true);
  const { name, source = '', definition = '' } = method;
  return { name, tasks, inits, regularizers, source, definition };
}
