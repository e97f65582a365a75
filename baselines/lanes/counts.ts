import type { BaselineEntry } from '../baseline.ts';
import type { Lane } from './lane.ts';

const countNames = ['parameters', 'nonzero_parameters', 'macs', 'ratio'] as const;

/** Where training chooses which weights to mask, so that another environment's rounding moves the operations too. */
const isMasked = (entry: BaselineEntry) => entry.nonzero_parameters !== entry.parameters;

/**
 * Counts are exact: any change, in either direction, needs `accept`. The operations of a masked network are no count.
 */
export const counts: Lane = ({ record, entry }) => {
  const names = isMasked(entry) ? countNames.filter((name) => name !== 'macs') : countNames;
  const stored = names.filter((name) => entry[name] !== null && entry[name] !== record[name]);
  // A run that diverged may not have been counted; that it diverged is for quality to say.
  const changed = record.status === 'diverged' ? stored.filter((name) => record[name] !== null) : stored;
  const [first] = changed;
  if (first === undefined) return null;
  const differences = changed.map((name) => `${name} expected ${entry[name]}, measured ${record[name] ?? 'nothing'}`);
  return {
    verdict: 'regressed',
    lane: 'counts',
    reason: `${differences.join('; ')}. A changed count needs accept.`,
    quantity: first,
    expected: entry[first],
    measured: record[first],
    bound: null,
  };
};
