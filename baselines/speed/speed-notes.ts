import type { CellRecord } from '../../harness/record.ts';
import type { Baseline } from '../baseline.ts';
import { counted, percent, someOf } from '../wording.ts';
import { fewestLaunches, slowdownFound } from './judge-launches.ts';
import { judgeSpeed, type SpeedCheck, speedText } from './judge-speed.ts';

/**
 * What is said of speed beside verdicts, a sentence each: what was not compared and why, which launches are void, what a
 * comparison finds, and what is faster. None where no launch was measured, or nothing is stored.
 */
export function speedNotes(records: readonly CellRecord[], baseline: Baseline | null): string[] {
  if (baseline === null) return [];
  const check = judgeSpeed(
    records.filter((record) => record.status !== 'failed'),
    baseline,
  );
  const { launches, arms } = check;
  if (launches.measured === 0) return [];
  const isStored = baseline.cells.some(({ launch }) => launch !== undefined);
  if (!isStored) return ['Speed: not compared, the baseline holds no launches; accept a run.'];
  const elsewhere = launches.arms.every(({ entries }) => entries.length === 0);
  if (elsewhere)
    return ['Speed: not compared, the accepted launches are of another machine; accept a run of this one.'];
  const voids = launches.void.map(({ cell, why }) => `${cell} (${why})`);
  const left = launches.arms.length - arms.size;
  return [
    ...(voids.length === 0 ? [] : [`Speed: of ${launches.measured} launches, ${voids.length} void: ${someOf(voids)}.`]),
    ...(left === 0
      ? []
      : [
          `Speed: ${counted(left, 'arm')} not compared: fewer than ${fewestLaunches} accepted launches of this machine, or ` +
            'none measured that is not void.',
        ]),
    ...comparedNotes(check),
  ];
}

function comparedNotes({ arms, spread }: SpeedCheck): string[] {
  if (spread === null) return [];
  const compared = [...arms.values()];
  const [accepted, measured] = [
    Math.min(...compared.map((arm) => arm.accepted)),
    Math.min(...compared.map((arm) => arm.measured)),
  ];
  const found = slowdownFound(spread, { arms: arms.size, accepted, measured });
  const faster = compared.filter(({ call }) => call === 'faster').map((arm) => `${arm.name} is ${speedText(arm)}`);
  return [
    `Speed: ${counted(arms.size, 'arm')} compared, a launch spreads by ${percent(spread.sd, 1)}; ${measured} against ` +
      `${accepted} launches find one arm ${percent(found, 0)} slower with 90 %.`,
    ...(faster.length === 0 ? [] : [`Speed: ${someOf(faster)}. To keep it as what is expected: accept.`]),
  ];
}
