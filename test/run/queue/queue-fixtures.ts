import type { Machine } from '../../../harness/run/queue/machine.ts';
import type { QueueSettings } from '../../../harness/run/queue/queued-run.ts';

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
  findData: async () => ({}),
};
