import { grouped } from '../../../baselines/arms.ts';
import { obstacleToPortable, type Processor } from '../../engine/environment.ts';
import { cleanText } from '../../foreign-text.ts';
import { gibOf } from '../memory-fit.ts';
import type { DataFolders } from '../protocol.ts';
import type { RunFile } from '../records/run-file.ts';
import { dataDigests } from '../run-data.ts';
import { machineNeedsOf, type QueuedCell, type QueueSettings } from './queued-run.ts';

/** What a worker's machine has. */
export interface Machine {
  versions: RunFile['versions'];
  /** Digest of the code that decides results. */
  program: string;
  processor: Processor;
  /** GPUs that cells can be given. */
  gpus: number;
  /** Bytes that cells may take together. */
  memory: number;
  /** The folders of the data sets that are there, of those named; the rest of a run's have files. */
  findData(names: readonly string[]): Promise<DataFolders>;
}

/** Why a machine cannot compute any cell of a run: another program, no GPU, other instructions. Null: it can. */
export function machineRefusal(settings: QueueSettings, machine: Machine): string | null {
  const { versions: own } = machine;
  const { versions } = settings;
  if (versions.factorbench !== own.factorbench || versions.commit !== own.commit) {
    return `it is of ${programName(versions)}, this worker of ${programName(own)}; check that commit out here`;
  }
  if (versions.changes !== own.changes || versions.dirty !== own.dirty || settings.program !== machine.program) {
    return 'its files differ from those here, though the commit is the same; commit them, and check it out here';
  }
  if (settings.device === 'gpu' && machine.gpus === 0) return 'it computes on a GPU, and none is here';
  const obstacle = settings.arithmetic === 'portable' ? obstacleToPortable(machine.processor) : null;
  return obstacle === null ? null : `its arithmetic is portable: ${obstacle}`;
}

function programName({ factorbench, commit }: QueueSettings['versions']): string {
  return `${factorbench} at commit ${commit?.slice(0, 12) ?? 'unknown'}`;
}

/** What of a run's cells a machine can compute. */
export interface MachineMatch {
  /** Cells that need the same, by the name of their needs, with the most bytes that one of them is expected to take. */
  sorts: { name: string; bytes: number }[];
  dataFolders: DataFolders;
  /** Why other cells are left to other machines, a clause each. */
  lacks: string[];
}

/** Matches a machine's memory and data with what cells need and are to be given: the same data, not just the files. */
export async function matchCells(cells: readonly QueuedCell[], machine: Machine): Promise<MachineMatch> {
  const sorts = grouped(cells, (cell) => machineNeedsOf(cell).name);
  const names = [...new Set(cells.map((cell) => machineNeedsOf(cell).data))].filter((data) => data !== null);
  const dataFolders = await machine.findData(names);
  const digestOf = dataDigests(dataFolders);
  const match: MachineMatch = { sorts: [], dataFolders, lacks: [] };
  for (const [name, own] of sorts) {
    const { data } = machineNeedsOf(own[0]!);
    const bytes = own.reduce((most, { cost }) => Math.max(most, cost.memoryBytes), 0);
    const isHere = data === null || Object.hasOwn(dataFolders, data);
    const lack = isHere ? (tooLarge(bytes) ?? (await lackOf(own))) : `the data set ${data} is not here`;
    if (lack === null) match.sorts.push({ name, bytes });
    else match.lacks.push(lack);
  }
  return { ...match, lacks: [...new Set(match.lacks)] };

  function tooLarge(bytes: number): string | null {
    if (bytes <= machine.memory) return null;
    const has = `and cells may take ${gibOf(machine.memory)} here (--memory)`;
    return `cells are expected to take up to ${gibOf(bytes)} of memory, ${has}`;
  }

  async function lackOf(own: readonly QueuedCell[]): Promise<string | null> {
    for (const cell of own) {
      if (cell.data === null) continue;
      const { dataset } = cell;
      const digest = await digestOf(cell).catch((error: Error) => cleanText(error.message, 500));
      if (digest === null) return `${dataset} is not here`;
      if (digest !== cell.data) return `${dataset} here holds other data, or is damaged`;
    }
    return null;
  }
}
