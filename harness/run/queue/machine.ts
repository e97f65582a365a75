import { obstacleToPortable, type Processor } from '../../engine/environment.ts';
import { cleanText } from '../../foreign-text.ts';
import type { DataFolders } from '../protocol.ts';
import type { RunFile } from '../records/run-file.ts';
import { dataDigests } from '../run-data.ts';
import { machineNeedsOf, needsNothing, type QueuedCell, type QueueSettings } from './queued-run.ts';

/** What a worker's machine has. */
export interface Machine {
  versions: RunFile['versions'];
  /** Digest of the code that decides results. */
  program: string;
  processor: Processor;
  /** GPUs that cells can be given. */
  gpus: number;
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
  /** Names of the sorts of machine, as `machineNeedsOf` gives them, that this one is of. */
  sorts: string[];
  dataFolders: DataFolders;
  /** Why cells of other sorts are left to other machines, a clause each. */
  lacks: string[];
}

/** Matches a machine's data with what cells are to be given: the data set must be there, and hold the same. */
export async function matchData(cells: readonly QueuedCell[], machine: Machine): Promise<MachineMatch> {
  const all = [...new Set(cells.map(machineNeedsOf))];
  const dataFolders = await machine.findData(all.filter((sort) => sort !== needsNothing));
  const digestOf = dataDigests(dataFolders);
  const match: MachineMatch = { sorts: [], dataFolders, lacks: [] };
  for (const sort of all) {
    const own = cells.filter((cell) => machineNeedsOf(cell) === sort);
    const isHere = sort === needsNothing || Object.hasOwn(dataFolders, sort);
    const lack = isHere ? await lackOf(own) : `the data set ${sort} is not here`;
    if (lack === null) match.sorts.push(sort);
    else match.lacks.push(lack);
  }
  return match;

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
