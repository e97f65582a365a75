import { readBaseline } from '../../../baselines/baseline-file.ts';
import { acceptedArms, qualityArmOf } from '../../../baselines/quality/accepted-arm.ts';
import type { QualityArm } from '../../../baselines/quality/judge.ts';
import { acceptedSpreadsOf, type Sample, type SeedValue } from '../../../baselines/quality/spread.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';

/** Checks that are drawn from how much the stored arms of a nightly profile spread. */

/** Where an arm truly stands, and how much it truly spreads. */
export interface TrueArm {
  arm: QualityArm;
  metric: { center: number; sd: number };
  loss: { center: number; sd: number };
}

/** The arms of a stored baseline, with what it says of them taken for the truth. */
export async function trueArms(suite: string): Promise<TrueArm[]> {
  const baseline = await readBaseline(suite, 'nightly');
  const arms = [...acceptedArms([], baseline).values()].flatMap((arm) => qualityArmOf(arm) ?? []);
  const truthOf = (sampleOf: (arm: QualityArm) => Sample) => {
    const spreads = acceptedSpreadsOf(arms.map(sampleOf));
    return arms.map((arm, at) => {
      const values = sampleOf(arm).accepted.map(({ value }) => value);
      return { center: values.reduce((sum, value) => sum + value, 0) / values.length, sd: spreads[at]!.sd };
    });
  };
  const [metric, loss] = [truthOf((arm) => arm.metric), truthOf((arm) => arm.loss!)];
  return arms.map((arm, at) => ({ arm, metric: metric[at]!, loss: loss[at]! }));
}

/** What a simulated check changes: how much arms lose, by index, in their metric's unit; what all seeds share. */
export interface Simulated {
  seed: number;
  lossOf?: (at: number) => number;
  accepted?: number;
  measured?: number;
}

/** An accepted run and a present one, drawn from the truth; a part of what a seed does is common to all arms. */
export function simulatedArms(truth: readonly TrueArm[], simulated: Simulated): QualityArm[] {
  const { seed, lossOf = () => 0, accepted = 3, measured = 3 } = simulated;
  const uniform = streamsOf('simulated check', seed)('values');
  const normal = () => gaussian(1, 1, uniform)[0]!;
  const common = { accepted: draws(normal, accepted), measured: draws(normal, measured) };
  const shared = 0.4;
  const own = Math.sqrt(1 - shared ** 2);
  const drawn = (
    { center, sd }: { center: number; sd: number },
    lost: number,
  ): Pick<Sample, 'accepted' | 'measured'> => {
    const side = (of: 'accepted' | 'measured', shift: number): SeedValue[] =>
      common[of].map((together, at) => ({
        seed: at,
        value: center - shift + sd * (shared * together + own * normal()),
      }));
    return { accepted: side('accepted', 0), measured: side('measured', lost) };
  };
  return truth.map(({ arm, metric, loss }, at) => ({
    ...arm,
    metric: { ...drawn(metric, lossOf(at)), resolution: arm.metric.resolution },
    loss: { ...drawn(loss, 0), resolution: 0 },
    isCompared: true,
  }));
}

function draws(normal: () => number, count: number): number[] {
  return Array.from({ length: count }, () => normal());
}
