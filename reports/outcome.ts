import { summarizeVerdicts } from '../baselines/check.ts';
import type { ReportInput } from './report-input.ts';

/** What a run comes to, in a word. */
export type RunOutcome = 'passed' | 'regressed' | 'incomplete' | 'unaccepted' | 'inconclusive';

/**
 * The outcome of a run, the worst word that applies; null where nothing was checked. What was to be measured and was
 * not makes a run `incomplete`, whatever the other cells say.
 */
export function outcomeOf({
  verdicts,
  missing,
  gaps,
}: Pick<ReportInput, 'verdicts' | 'missing' | 'gaps'>): RunOutcome | null {
  const checked = verdicts.length === 0 ? null : summarizeVerdicts(verdicts).outcome;
  if (checked === 'regressed') return checked;
  return missing.length + gaps.length > 0 ? 'incomplete' : checked;
}
