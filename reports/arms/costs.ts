import type { ArmSummary } from './arm-summary.ts';
import { computeOf } from './tuning-lanes.ts';

/** What an arm costs, by which it is weighed against its result. */
export interface Cost {
  /** With its unit. */
  title: string;
  /** Within a table's heading: `by parameters`. */
  name: string;
  /** Mean over the completed seeds; null: not measured. */
  of: (arm: ArmSummary) => number | null;
}

/** The costs of an arm, in the order of tables and plots. */
export const costs: readonly Cost[] = [
  { title: 'parameters', name: 'parameters', of: ({ means }) => means.nonzero_parameters },
  { title: 'MACs of a forward pass', name: 'MACs', of: ({ means }) => means.macs },
  { title: 'training step, ms', name: 'step time', of: ({ means }) => means.step_ms },
  {
    title: 'peak memory, bytes',
    name: 'memory',
    of: ({ means }) => means.gpu_memory_peak_bytes ?? means.rss_peak_bytes,
  },
  { title: 'MACs of training', name: 'training compute', of: computeOf },
];
