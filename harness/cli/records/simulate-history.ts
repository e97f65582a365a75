import { readBaseline } from '../../../baselines/baseline-file.ts';
import {
  delayLimit,
  delayOfShare,
  delaysOf,
  falseAlarmsAYear,
  scenarios,
} from '../../../baselines/history/simulation/scenarios.ts';
import { type SuiteModel, suiteModelOf } from '../../../baselines/history/simulation/suite-model.ts';
import { suites } from '../../../suites/registry.ts';
import { UsageError } from '../../errors.ts';
import { streamsOf } from '../../random.ts';
import { type Io, table } from '../io.ts';
import { selectSuite } from '../run/select-suite.ts';

export interface SimulateOptions {
  profile: string;
  /** Nights for each rate of false alarms; a delay takes one simulated loss for 90 of them. */
  nights?: number;
  /** Whether suspects get further seeds. */
  extra: boolean;
  json?: boolean;
}

/** A number of the table. */
interface Row {
  suite: string;
  accepted: number;
  what: string;
  /** A year; null: the row is of delays. */
  false_alarms: number | null;
  /** Nights until half and 80 % of the losses are found; null: not within the limit. */
  median: number | null;
  most: number | null;
  /** Of the losses, those that are found within the limit. */
  found: number | null;
}

const defaultNights = 9000;
const nightsOfRun = 90;
/** Accepted seeds of each arm: many, and as few as a baseline may have. */
const acceptedSeeds = [10, 3];

/** Prints how often a suite's history alarms for nothing, and how soon for a loss, by simulation. */
export async function simulateHistory(name: string | undefined, options: SimulateOptions, io: Io): Promise<number> {
  const { nights = defaultNights, extra } = options;
  const asked = name === undefined ? suites.filter(({ profiles }) => options.profile in profiles) : [name];
  const rows: Row[] = [];
  for (const one of asked.map((suite) => (typeof suite === 'string' ? suite : suite.name))) {
    const { suite, profile } = selectSuite(one, options.profile);
    const baseline = await readBaseline(suite.name, profile, io.baselinesDir);
    const model = baseline === null ? null : suiteModelOf(baseline);
    if (model === null) {
      throw new UsageError(
        `--simulate: no baseline of ${suite.name}, ${profile}, has arms that spread over seeds; store one with npm run ` +
          'accept.',
      );
    }
    io.stderr.write(`${suite.name}: ${model.deviations.length} arms, ${model.groups.length} groups.\n`);
    rows.push(...rowsOf(model, { nights, extra }));
  }
  if (options.json === true) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else io.stdout.write(table([['suite', 'accepted', 'what', 'median / 80 %', 'found'], ...rows.map(textOf)]));
  return 0;
}

function rowsOf(model: SuiteModel, { nights, extra }: { nights: number; extra: boolean }): Row[] {
  const streams = streamsOf(`history-${model.suite}`, 0);
  const { suite } = model;
  return acceptedSeeds.flatMap((accepted) => [
    ...(['normal', 't5'] as const).map((noise): Row => {
      const uniform = streams(`false-alarms-${accepted}-${noise}`);
      const rate = falseAlarmsAYear(model, { nights, accepted, noise, extra }, uniform);
      return {
        suite,
        accepted,
        what: `false alarms, ${noise}`,
        false_alarms: rate,
        median: null,
        most: null,
        found: null,
      };
    }),
    ...scenarios.map((scenario): Row => {
      const runs = Math.max(1, Math.round(nights / nightsOfRun));
      const delays = delaysOf(model, scenario, { runs, accepted, extra }, streams(`${scenario.name}-${accepted}`));
      const [median, most] = [0.5, 0.8].map((share) => delayOfShare(delays, share)).map(finiteOrNull);
      const found = delays.filter(Number.isFinite).length / delays.length;
      return { suite, accepted, what: scenario.name, false_alarms: null, median: median!, most: most!, found };
    }),
  ]);
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function textOf({ suite, accepted, what, false_alarms: rate, median, most, found }: Row): (string | number)[] {
  if (rate !== null) return [suite, accepted, what, `${rate.toFixed(2)} a year`, ''];
  const delays = [median, most].map((nights) => nights ?? `over ${delayLimit}`).join(' / ');
  return [suite, accepted, what, `${delays} nights`, `${Math.round(100 * (found ?? 0))} % in ${delayLimit}`];
}
