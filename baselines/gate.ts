import { seedless } from '../harness/cell-name.ts';
import type { CellRecord, FinishedRecord } from '../harness/record.ts';
import { shellQuote } from '../harness/shell-quote.ts';
import { grouped } from './arms.ts';
import type { Baseline, BaselineEntry } from './baseline.ts';
import { configChanges } from './config-changes.ts';
import type { Finding } from './lanes/lane.ts';

/**
 * The gated set: the arms and fixed seeds that the profile plans, and those that the baseline holds. What one of the two
 * lacks is said, so that nothing leaves the check in silence.
 */
export interface Gate {
  /** Names of the profile's own cells, whichever data sets are there; null: not known. */
  planned: ReadonlySet<string> | null;
  /** Whether the names that `--only` chooses have this one: entries that it leaves out are not asked for. */
  isAsked(cell: string): boolean;
}

/** Nothing is known of a plan: every record counts as planned, and no entry as removed. */
export const openGate: Gate = { planned: null, isAsked: () => true };

/** The entries that are asked for whose arm the profile plans no more. */
export function removedEntries(baseline: Baseline | null, { planned, isAsked }: Gate): BaselineEntry[] {
  if (baseline === null || planned === null) return [];
  const arms = new Set([...planned].map(seedless));
  return baseline.cells.filter(({ cell }) => isAsked(cell) && !arms.has(seedless(cell)));
}

/** What the baseline holds for a record. */
export type Match =
  | { kind: 'entry'; entry: BaselineEntry }
  /** The arm was accepted, on these data, with other seeds; this one is none of the profile's. */
  | { kind: 'seed' }
  | { kind: 'changed'; entry: BaselineEntry }
  | { kind: 'other-data'; entry: BaselineEntry }
  | { kind: 'no-baseline' }
  /** Outside of the gated set: a method that joined the run. */
  | { kind: 'ungated' };

/** Finds what the baseline holds for records. */
export function matcherOf(baseline: Baseline | null, { planned }: Gate): (record: FinishedRecord) => Match {
  const cells = baseline?.cells ?? [];
  const byId = grouped(cells, ({ id }) => id);
  const byArm = grouped(cells, ({ cell }) => seedless(cell));
  const plannedArms = planned === null ? null : new Set([...planned].map(seedless));
  return (record) => {
    const own = byId.get(record.id) ?? [];
    const entry = own.find(({ fingerprint }) => fingerprint.data === record.fingerprint.data);
    if (entry !== undefined) return { kind: 'entry', entry };
    if (own[0] !== undefined) return { kind: 'other-data', entry: own[0] };
    const arm = byArm.get(seedless(record.cell)) ?? [];
    const sameConfig = arm.filter(
      (of) => configChanges({ ...of.config, seed: record.seed }, record.config).length === 0,
    );
    const isExtra = planned !== null && !planned.has(record.cell) && sameConfig.length > 0;
    if (isExtra) {
      const [other] = sameConfig;
      const onData = sameConfig.some(({ fingerprint }) => fingerprint.data === record.fingerprint.data);
      return onData || other === undefined ? { kind: 'seed' } : { kind: 'other-data', entry: other };
    }
    const older = arm.find(({ seed }) => seed === record.seed) ?? (sameConfig.length === 0 ? arm[0] : undefined);
    if (older !== undefined) return { kind: 'changed', entry: older };
    const isPlanned = plannedArms === null || plannedArms.has(seedless(record.cell));
    return { kind: isPlanned ? 'no-baseline' : 'ungated' };
  };
}

/** What is said of a record that meets no entry of its own. */
export function unmatched(
  record: FinishedRecord,
  match: Exclude<Match, { kind: 'entry' | 'seed' | 'ungated' }>,
  baseline: Baseline | null,
): Pick<Finding, 'verdict' | 'reason'> {
  const remedy = acceptCommand(record);
  switch (match.kind) {
    case 'no-baseline': {
      const why =
        baseline === null
          ? `there is no baseline of ${record.suite}, ${record.profile}`
          : 'the baseline does not hold this cell';
      return { verdict: 'no-baseline', reason: `${why}. To store this result: ${remedy}` };
    }
    case 'changed': {
      const changes = configChanges({ ...match.entry.config, seed: record.seed }, record.config).join(', ');
      const what = changes === '' ? 'same fields, other id' : changes;
      return {
        verdict: 'changed',
        reason: `the baseline holds another configuration (${what}). Restore it, or store this result: ${remedy}`,
      };
    }
    case 'other-data': {
      const [was, is] = [match.entry.fingerprint.data, record.fingerprint.data].map((digest) => digest || 'none');
      return {
        verdict: 'other-data',
        reason:
          `the baseline was measured on other data (digest ${was}, now ${is}). Use the same data, or store this result ` +
          `beside it: ${remedy}`,
      };
    }
  }
}

/** What is said of an entry that the profile plans no more. */
export function removedReason({ suite, profile }: Baseline): string {
  return `the baseline holds it, the plan no more. Plan it again, or drop it: ${acceptCommand({ suite, profile })}`;
}

function acceptCommand({ suite, profile }: Pick<CellRecord, 'suite' | 'profile'>): string {
  return `npm run accept -- ${shellQuote(suite)} --profile ${profile} --why TEXT`;
}
