import type { Arithmetic } from '../../fingerprint.ts';
import { definitionsOf } from '../../run/define-cells.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import type { Definition } from '../../spec/definition.ts';
import type { Io } from '../io.ts';
import { type DefinitionPlan, definePlanned } from './definition-plan.ts';

/** A way to compute that one machine can play beside its own. */
interface PlayedEnvironment {
  name: string;
  threads: number;
  arithmetic: Arithmetic;
  env: Readonly<Record<string, string>>;
}

const played: readonly PlayedEnvironment[] = [
  { name: 'two threads', threads: 2, arithmetic: 'portable', env: {} },
  { name: 'all instructions of the processor', threads: 1, arithmetic: 'native', env: {} },
  { name: 'narrower instructions', threads: 1, arithmetic: 'native', env: { ONEDNN_MAX_CPU_ISA: 'SSE41' } },
  { name: 'without oneDNN', threads: 1, arithmetic: 'native', env: { TF_ENABLE_ONEDNN_OPTS: '0' } },
];

/** Definitions of a cell here, and in every environment that this machine can play. */
export interface PlayedDefinitions {
  reference: Definition;
  others: Definition[];
}

/** Defines cells in several environments, one after another; gives by id those that could be defined in all. */
export async function playEnvironments(
  cells: readonly PlannedCell[],
  plan: DefinitionPlan,
  options: { jobs?: number | undefined; signal: AbortSignal },
  io: Io,
): Promise<Map<string, PlayedDefinitions>> {
  const found: ReadonlyMap<string, Definition>[] = [];
  for (const { name = 'as stored', ...environment } of [{}, ...played] as Partial<PlayedEnvironment>[]) {
    io.stderr.write(`Defining ${cells.length} cells: ${name}.\n`);
    const defined = await definePlanned(cells, plan, { ...options, ...environment }, io);
    if (options.signal.aborted) return new Map();
    for (const { id, cell } of cells) {
      const one = defined.get(id);
      if (one !== undefined && 'error' in one) io.stderr.write(`${cell}, ${name}: ${one.error}\n`);
    }
    found.push(definitionsOf(defined));
  }
  const [reference, ...others] = found;
  return new Map(
    [...reference!].flatMap(([id, own]) => {
      const there = others.flatMap((one) => one.get(id) ?? []);
      return there.length < others.length ? [] : [[id, { reference: own, others: there }] as const];
    }),
  );
}
