import { counted, metricTitle } from '../baselines/wording.ts';
import type { ArmSummary } from './arm-summary.ts';
import { byPlace, resultText, seriesLabel, summarizeArms } from './arm-summary.ts';
import type { ReportInput } from './report-input.ts';
import { alarmsOf, coverage, verdictCounts } from './sections/verdict-section.ts';
import type { Best } from './statistics/best-arms.ts';
import { bestOf, contestsOf } from './statistics/best-arms.ts';

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

/** The best arm at each model, data set and budget, and whether that is established; the dense arms are a budget of their own. */
function bestArms(arms: readonly ArmSummary[]): string[] {
  return [...byPlace(arms)].flatMap(([place, members]) => {
    const dense = members.filter(({ method }) => method === 'dense');
    const budgets = contestsOf(members).map(({ name, arms: group }) => ({ name: `budget ${name}`, group }));
    return [{ name: 'dense', group: dense }, ...budgets].flatMap(({ name, group }) => {
      const best = bestOf(group);
      return best ? [`Highest mean ${metricTitle(best.arm.metric)}, ${place}, ${name}: ${resultOf(best)}`] : [];
    });
  });
}

/** `93.59 % ± 0.21 (low-rank, spectral, frobenius-decay; 3 seeds; 4 of 18 others cannot be told from it)`. */
function resultOf({ arm, rivals, established }: Best): string {
  const open = rivals.filter(({ worse }) => !worse).length;
  const evidence = established ? 'established' : `${open} of ${counted(rivals.length, 'other')} cannot be told from it`;
  const notes = [seriesLabel(arm), counted(arm.completed.length, 'seed'), ...(rivals.length > 0 ? [evidence] : [])];
  return `${resultText(arm)} (${notes.join('; ')})`;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}
