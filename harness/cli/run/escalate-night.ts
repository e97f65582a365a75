import { readBaseline } from '../../../baselines/baseline-file.ts';
import { type AnalysedSeries, analyse } from '../../../baselines/history/analysis.ts';
import { armHistories } from '../../../baselines/history/arm-histories.ts';
import { extraNumber, extraTimes } from '../../../baselines/history/extra-number.ts';
import { historyPath, readHistory } from '../../../baselines/history/history-file.ts';
import type { History } from '../../../baselines/history/history-line.ts';
import { nightCells, withNightCells } from '../../../baselines/history/new-cells.ts';
import { type HistoryVerdict, historyVerdict } from '../../../baselines/history/verdict.ts';
import { withSeed } from '../../cell-name.ts';
import { extraSeeds } from '../../night.ts';
import type { CellRecord } from '../../record.ts';
import { type Escalated, type EscalateOptions, withFurther } from './escalate.ts';

/** A night that went on where it was suspect. */
export interface EscalatedNight extends Escalated {
  /** What the history with this night says; null: there is no baseline to hold it against, or it was interrupted. */
  verdict: HistoryVerdict | null;
}

/**
 * Runs a night, and asks the history with it: where it is suspect, the series with the most evidence gets further
 * seeds, twice at most, and the history is asked again. That costs no level, as evidence may be stopped and continued
 * at will. The history's file is not written.
 */
export async function runSuspectNight(of: EscalateOptions & { night: string }): Promise<EscalatedNight> {
  const { night, signal, stream, options, io } = of;
  const given = new Map<string, number>();
  let { planned } = of;
  let result = await of.run(planned);
  for (let time = 0; ; time++) {
    if (signal.aborted) return { planned, result, verdict: null };
    const history = await historyWith(result.records, of);
    if (history === null) return { planned, result, verdict: null };
    const analysis = analyse(armHistories(history));
    const verdict = historyVerdict(analysis);
    stream.write(`The history with this night: evidence of a loss ${analysis.evidence.toFixed(1)}, ${verdict}.\n`);
    const [suspect] = analysis.series;
    const arms = verdict !== 'suspect' || time === extraTimes || suspect === undefined ? [] : furtherOf(suspect, given);
    if (arms.length === 0) return { planned, result, verdict };
    const total = Math.max(...arms.map(({ until }) => until));
    stream.write(
      `Suspect: ${suspect?.name}, which gets ${arms[0]!.until - arms[0]!.from} more seeds of ${arms.length} arms.\n`,
    );
    const seeds = extraSeeds(planned.suite.name, planned.profile, night, total);
    const only = arms.flatMap(({ arm, from, until }) => seeds.slice(from, until).map((seed) => withSeed(arm, seed)));
    planned = await withFurther({ options, io }, planned, { night, extra: total, only });
    result = await of.run(planned);
  }
}

/** The further seeds of a series' arms, as places among the night's; none where it has too many arms. */
function furtherOf(
  { arms }: AnalysedSeries,
  given: Map<string, number>,
): { arm: string; from: number; until: number }[] {
  const number = extraNumber(arms.length);
  if (number === 0) return [];
  return arms.map((arm) => {
    const from = given.get(arm) ?? 0;
    given.set(arm, from + number);
    return { arm, from, until: from + number };
  });
}

/** The history so far with the night's records; null where no baseline is stored. */
async function historyWith(
  records: readonly CellRecord[],
  { planned: { suite, profile }, night, options, io }: EscalateOptions & { night: string },
): Promise<History | null> {
  const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
  if (baseline === null) return null;
  const file = options.history ?? historyPath(suite.name, profile, io.baselinesDir);
  const before = (await readHistory(file, suite.name, profile)) ?? { suite: suite.name, profile, entries: [] };
  const { cells } = nightCells(records, { night, run: new Date().toISOString(), commit: null });
  return withNightCells(before, baseline, night, cells);
}
