import { logTwoMeans } from '../../harness/statistics/change-point.ts';
import { mean } from '../../harness/statistics/moments.ts';
import { type AnalysedSeries, type Analysis, analyse } from './analysis.ts';
import { armHistories } from './arm-histories.ts';
import type { History, HistoryCell } from './history-line.ts';

/** Whether a loss that the history tells of is the code's or the environment's: by both commits on the same machine. */

/**
 * `code`: the present commit alone is low. `environment`: the accepted one is low here too. `unconfirmed`: the present
 * one is not low here.
 */
export type Cause = 'code' | 'environment' | 'unconfirmed';

/** A trained cell of one of the commits. */
export type ConfirmingCell = Pick<
  HistoryCell,
  'arm' | 'cell' | 'seed' | 'data' | 'metric' | 'value' | 'loss' | 'status'
>;

/** What a commit's fresh seeds say of the series that alarmed. */
export interface Confirmation {
  /** Mean in the series' standard deviations. */
  mean: number;
  /** ln of the likelihood ratio of "as since the change" against "as before it". */
  low: number;
}

/** The series with the most evidence, if the night that it changed with is known. */
export function alarmed({ series }: Pick<Analysis, 'series'>): (AnalysedSeries & { changeNight: string }) | null {
  const [first] = series;
  return first === undefined || first.changeNight === null ? null : { ...first, changeNight: first.changeNight };
}

/**
 * Holds fresh seeds of a commit against the values of the series before and since its change. Null: no seed is on all
 * arms of the series and on its data.
 */
export function confirmationOf(
  history: History,
  { name, kind, channel, changeNight }: AnalysedSeries,
  cells: readonly ConfirmingCell[],
): Confirmation | null {
  // As a night after the last one, so that they are put together as all nights are.
  const after = cells.map((cell): HistoryCell => ({ ...cell, ...asNight }));
  const { series, labels } = analyse(armHistories({ ...history, entries: [...history.entries, ...after] }));
  const same = series.find((one) => one.name === name && one.kind === kind && one.channel === channel);
  const at = labels.indexOf(changeNight ?? '');
  const fresh = same?.values.at(-1) ?? [];
  if (same === undefined || at < 1 || fresh.length === 0) return null;
  const [before, since] = [same.values.slice(0, at).flat(), same.values.slice(at, -1).flat()];
  const asSince = logTwoMeans(before, [...since, ...fresh]);
  const asBefore = logTwoMeans([...before, ...fresh], since);
  return { mean: mean(fresh)!, low: asSince - asBefore };
}

/** What both commits together say. */
export function causeOf(accepted: Confirmation, present: Confirmation): Cause {
  if (present.low <= 0) return 'unconfirmed';
  return accepted.low > 0 ? 'environment' : 'code';
}

const asNight = {
  type: 'cell',
  night: '9999-12-31',
  role: 'extra',
  run: null,
  commit: null,
  program: null,
  environment: '',
  parameters: null,
  nonzero_parameters: null,
  macs: null,
} as const;
