import { canonicalJson } from '../../harness/canonical-json.ts';
import { environmentFields } from '../../harness/fingerprint.ts';
import { grouped } from '../arms.ts';
import type { Baseline, BaselineEntry } from '../baseline.ts';
import { asksOnlyLearning } from '../lanes/learned.ts';
import { acceptedArmKey } from '../quality/accepted-arm.ts';
import { statedPower } from '../quality/power-statement.ts';
import { counted, percent } from '../wording.ts';
import { fewestLaunches, launchSpread, slowdownFound } from './judge-launches.ts';

/** A check that is to be planned. */
export interface PlannedLaunches {
  /** Of an arm: each seed is a launch. */
  seeds: number;
  /** Ids of the cells that are to run; left out: those of the baseline. */
  ids?: ReadonlySet<string>;
}

/**
 * The smallest slowdown of one arm that a check finds with 80 % on the machine that most launches were accepted on, a
 * sentence; or why nothing tells it.
 */
export function speedPowerLine(baseline: Baseline, { seeds, ids }: PlannedLaunches): string {
  if (asksOnlyLearning(baseline.profile)) return 'Speed: this profile times no launches; counts of operations decide.';
  const untold = (why: string) => `Speed: ${why}, so that nothing tells which slowdown a check finds.`;
  const keys = new Set(baseline.cells.filter(({ id }) => ids?.has(id) ?? true).map(acceptedArmKey));
  const launched = baseline.cells.filter((entry) => entry.launch !== undefined && keys.has(acceptedArmKey(entry)));
  const [here = []] = [...grouped(launched, machineOf).values()].sort((left, right) => right.length - left.length);
  if (here.length === 0) return untold('the baseline holds no launches of these cells');
  const arms = [...grouped(here, acceptedArmKey).values()].filter((own) => own.length >= fewestLaunches);
  if (arms.length === 0) return untold(`no arm has ${fewestLaunches} accepted launches of one machine`);
  const accepted = Math.min(...arms.map((own) => own.length));
  const samples = arms.map((own) => ({ accepted: own.map(({ launch }) => launch!.x), measured: [] }));
  const { sd, df } = launchSpread(samples)!;
  const spread = { sd, df: df + arms.length * (seeds - 1) };
  const found = slowdownFound(spread, { arms: arms.length, accepted, measured: seeds, power: statedPower });
  return (
    `Speed: ${counted(seeds, 'launch', 'launches')} an arm against ${accepted} accepted, ` +
    `${counted(arms.length, 'arm')}, on the machine of these: a step ${percent(found, 1)} slower than accepted in one ` +
    `arm is found with 80 %; a launch spreads by ${percent(sd, 1)}.`
  );
}

/** What launches compare on. */
function machineOf({ fingerprint, launch }: BaselineEntry): string {
  return canonicalJson([...environmentFields.map((name) => fingerprint[name] ?? null), launch?.runtime ?? null]);
}
