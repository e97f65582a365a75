import { canonicalJson } from '../harness/canonical-json.ts';
import type { Definition } from '../harness/spec/definition.ts';
import type { BaselineEntry } from './baseline.ts';

/**
 * The stored entry of a cell whose result is that of a new one, with what it lacks: a timing, a peak or a launch that was
 * not measured or is void, and what entries of its time were not told. Null: the result is another.
 *
 * @param entry of the same configuration and data
 */
export function completedBy(stored: BaselineEntry, entry: BaselineEntry): BaselineEntry | null {
  const completed: BaselineEntry = {
    ...entry,
    ...stored,
    ...(stored.definition === undefined ? {} : { definition: withFactsOf(stored.definition, entry.definition) }),
    step_ms: stored.step_ms ?? entry.step_ms,
    rss_peak_bytes: stored.rss_peak_bytes ?? entry.rss_peak_bytes,
  };
  return canonicalJson(resultOf(completed)) === canonicalJson(resultOf(entry)) ? completed : null;
}

function withFactsOf(stored: Definition, told: Definition | undefined): Definition {
  return { ...stored, facts: { ...told?.facts, ...stored.facts } };
}

/**
 * What decides: neither a later program that changes nothing, nor what is measured otherwise each time, nor tolerances,
 * which are added afterwards.
 */
function resultOf(entry: BaselineEntry) {
  const { program: _, step_ms: _step, rss_peak_bytes: _peak, launch: _launch, ...rest } = entry;
  const { first_step_tolerances: _tolerances, ...result } = rest;
  return result;
}
