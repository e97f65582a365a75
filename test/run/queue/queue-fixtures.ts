import type { Machine } from '../../../harness/run/queue/machine.ts';
import type { QueueSettings } from '../../../harness/run/queue/queued-run.ts';
import type { PlannedCell } from '../../../harness/spec/cell.ts';
import { waiting } from '../../helpers/costs.ts';
import { fixtureConfig, fixtureIdentity } from '../../helpers/records.ts';

const versions = { factorbench: '1.0.0', commit: 'c0ffee', dirty: false, changes: null };

/** How the fixture's cells are computed. */
export const queueSettings: QueueSettings = {
  suite: 'compression',
  profile: 'smoke',
  versions,
  program: 'fixture',
  device: 'cpu',
  threads: 1,
  arithmetic: 'native',
  keepWeights: false,
};

/** A machine that can compute them. */
export const ableMachine: Machine = {
  versions: { ...versions, node: 'v20' },
  program: 'fixture',
  processor: { arch: 'x64', instructionSet: [] },
  gpus: 0,
  memory: 2 ** 34,
  findData: async () => ({}),
};

/** Cells that the fixture's worker completes. */
export function loadCells(count: number): PlannedCell[] {
  return Array.from({ length: count }, (_, seed) => ({
    ...fixtureIdentity(fixtureConfig({ method: 'fine', regularizer: 'none', seed })),
    suite: 'compression',
    profile: 'smoke',
    ratio: 0.1,
    parameters: 27053,
    cost: waiting(1),
    estimatedSeconds: 1,
    timeLimitSeconds: 60,
    isNeeded: false,
  }));
}
