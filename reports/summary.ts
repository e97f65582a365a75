import { counted } from '../baselines/wording.ts';
import type { ArmSummary } from './arm-summary.ts';
import { armLabel, place, summarizeArms } from './arm-summary.ts';
import { percentSpread } from './format.ts';
import type { ReportInput } from './report-input.ts';
import { alarmsOf, coverage, verdictCounts } from './verdict-section.ts';

/** Most alarming verdicts that the summary spells out; the report holds them all. */
const shownAlarms = 5;

/** What to print at the end of a run: coverage, verdicts and the worst of them, the best arm of each budget. */
export function renderSummary(input: ReportInput): string {
  const alarms = alarmsOf(input.verdicts);
  const more = alarms.length - shownAlarms;
  return [
    `${input.suite}, ${input.profile}: ${coverage(input)}`,
    verdictCounts(input.verdicts),
    ...alarms.slice(0, shownAlarms).map(({ verdict, reason }) => `  ${verdict}: ${oneLine(reason)}`),
    ...(more > 0 ? [`  ... and ${more} more in the report`] : []),
    ...bestArms(summarizeArms(input.records)),
  ].join('\n');
}

/** The arm of highest mean accuracy at each model, data set and budget; the dense model counts as a budget of its own. */
function bestArms(arms: readonly ArmSummary[]): string[] {
  const best = new Map<string, ArmSummary>();
  for (const arm of arms) {
    if (arm.value.mean === null) continue;
    const budget = arm.method === 'dense' ? 'dense' : `budget ${arm.budget}`;
    const key = `${place(arm)}, ${budget}`;
    const rival = best.get(key)?.value.mean;
    if (rival === undefined || rival === null || arm.value.mean > rival) best.set(key, arm);
  }
  return [...best].map(([key, arm]) => {
    const { mean, sd } = arm.value;
    const label = armLabel(arm);
    return `Highest mean accuracy, ${key}: ${percentSpread(mean, sd)} (${label}; ${counted(arm.completed.length, 'seed')})`;
  });
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}
