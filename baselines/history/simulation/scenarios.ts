import type { Uniform } from '../../../harness/random.ts';
import { alarmNight, type Nights, type Noise } from './simulated-nights.ts';
import type { SuiteModel } from './suite-model.ts';

/** A loss to be found: what it takes from each arm, in shown units, the i-th time it is asked for. */
export interface Scenario {
  name: string;
  shifts: (model: SuiteModel, time: number) => number[];
}

const only = (members: readonly number[], loss: number, { deviations }: SuiteModel) =>
  deviations.map((_, arm) => (members.includes(arm) ? -loss : 0));

const oneArm = (loss: number): Scenario => ({
  name: `one arm -${loss}`,
  shifts: (model, time) => only([time % model.deviations.length], loss, model),
});

/** The losses of the table; groups and arms take turns. */
export const scenarios: readonly Scenario[] = [
  { name: 'all arms -0.5', shifts: ({ deviations }) => deviations.map(() => -0.5) },
  {
    name: 'a group -0.5',
    shifts: (model, time) => only(model.groups[time % model.groups.length]?.members ?? [], 0.5, model),
  },
  oneArm(2),
  oneArm(1),
  oneArm(0.5),
];

/** Nights in which nothing changes before a loss comes. */
export const quietNights = 30;
/** Nights that a loss has to be found in. */
export const delayLimit = 120;
/** Nights of a history without a loss before it begins anew. */
const longestRun = 180;

/** Alarms a year of a suite in which nothing changes, from so many simulated nights. */
export function falseAlarmsAYear(
  model: SuiteModel,
  { nights, ...how }: { nights: number; accepted: number; noise: Noise; extra: boolean },
  uniform: Uniform,
): number {
  let [alarms, passed] = [0, 0];
  while (passed < nights) {
    const most = Math.min(longestRun, nights - passed);
    const at = alarmNight(model, { ...how, fresh: 2, quiet: 0, most }, uniform);
    alarms += at === null ? 0 : 1;
    passed += at ?? most;
  }
  return (365 * alarms) / passed;
}

/** The nights until losses are found, ascending; those that are not found within the limit are infinite. */
export function delaysOf(
  model: SuiteModel,
  { shifts }: Scenario,
  { runs, ...how }: Pick<Nights, 'accepted' | 'extra'> & { runs: number },
  uniform: Uniform,
): number[] {
  const nights = { ...how, fresh: 2, quiet: quietNights, most: delayLimit, noise: 'normal' } as const;
  return Array.from({ length: runs }, (_, time) => {
    return alarmNight(model, { ...nights, shifts: shifts(model, time) }, uniform) ?? Number.POSITIVE_INFINITY;
  }).sort((left, right) => left - right);
}

/** The smallest delay within which a share of the losses was found; infinite: fewer were found at all. */
export function delayOfShare(delays: readonly number[], share: number): number {
  return delays[Math.ceil(share * delays.length) - 1] ?? Number.POSITIVE_INFINITY;
}
