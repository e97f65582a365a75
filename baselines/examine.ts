import type { CellRecord, FinishedRecord, Verdict } from '../harness/record.ts';
import { metricNames } from '../harness/spec/metrics.ts';
import { grouped } from './arms.ts';
import type { Baseline } from './baseline.ts';
import { type Gate, type Match, matcherOf, openGate } from './gate.ts';
import { counts } from './lanes/counts.ts';
import { definitionLane } from './lanes/definition.ts';
import { exactness } from './lanes/exactness.ts';
import type { Finding, Lane } from './lanes/lane.ts';
import { asksOnlyLearning } from './lanes/learned.ts';
import { judgeMemory, memory } from './lanes/memory.ts';
import { quality } from './lanes/quality.ts';
import { speed } from './lanes/speed.ts';
import { weights } from './lanes/weights.ts';
import { type AcceptedArm, acceptedArmKey, acceptedArms, qualityArmOf } from './quality/accepted-arm.ts';
import { type ArmJudgement, type GroupJudgement, judgeQuality } from './quality/judge.ts';
import { judgeSpeed } from './speed/judge-speed.ts';

export interface CheckOptions {
  /** Smallest loss of the gated metric that counts, in its unit: 0.02 of a fraction, 2 of points, 0.5 of nats. */
  margin: number;
  /** What the profile plans, and what is asked about; left out: nothing is known of a plan. */
  gate?: Gate | undefined;
  /** Records outside of the gated set that tell of the speed and memory of its arms: a night's fresh seeds. */
  beside?: readonly CellRecord[] | undefined;
  /** Whether arms that are not decided get more seeds; left out: they do not. */
  escalates?: boolean | undefined;
}

/** The exact lanes of a cell beside its entry, in the order in which they are asked. */
const exactLanes: readonly Lane[] = [definitionLane, weights, counts];

/** A finished record, what the baseline holds for it, and what each lane says. */
export interface Examined {
  record: FinishedRecord;
  match: Match;
  /** In the order of the lanes. */
  findings: Finding[];
}

/** Asks every lane about every record that has a result, and about the groups of arms that changed. */
export function examine(
  records: readonly CellRecord[],
  baseline: Baseline | null,
  { margin, gate = openGate, beside = [], escalates = false }: CheckOptions,
): { cells: Examined[]; groups: Verdict[] } {
  const matchOf = matcherOf(baseline, gate);
  const resources = judgeResources([...records, ...beside], baseline);
  const arms = acceptedArms(records, baseline);
  const { judgements, groups } = judgeArms([...arms.values()], margin, escalates);
  const cells = records.flatMap((record): Examined[] => {
    if (record.status === 'failed') return [];
    const match = matchOf(record);
    const entry = match.kind === 'entry' ? match.entry : null;
    const exact = entry === null ? [] : exactLanes.map((lane) => lane({ record, entry }));
    const first = [exactness(record, entry), ...exact].filter((finding) => finding !== null);
    const arm = arms.get(acceptedArmKey(record));
    if (arm === undefined || (match.kind !== 'entry' && match.kind !== 'seed')) {
      return [{ record, match, findings: first }];
    }
    const isRepeated = first.some(({ verdict }) => verdict === 'reproduced');
    const judgement = judgements.get(arm) ?? null;
    const asksLearned = asksOnlyLearning(record.profile);
    const judged = isRepeated ? null : quality({ record, entry, arm, judgement, margin, asksLearned });
    const findings = [...first, judged, ...resources.findingsOf(record)].filter((finding) => finding !== null);
    return [{ record, match, findings }];
  });
  const ofQuality = records.some(({ profile }) => asksOnlyLearning(profile)) ? [] : groups;
  return { cells, groups: [...ofQuality, ...resources.references] };
}

/** What the lanes of speed and memory say of the arms that records belong to. */
function judgeResources(records: readonly CellRecord[], baseline: Baseline | null) {
  const finished = records.filter((record) => record.status !== 'failed');
  const speeds = baseline === null ? null : judgeSpeed(finished, baseline);
  const arms = acceptedArms(records, baseline);
  const memories = judgeMemory([...arms.values()]);
  const memoryOf = new Map([...arms.keys()].map((key, at) => [key, memories[at] ?? null]));
  return {
    references: speeds?.references ?? [],
    findingsOf(record: FinishedRecord): (Finding | null)[] {
      const key = acceptedArmKey(record);
      const [own, held] = [speeds?.arms.get(key), memoryOf.get(key)];
      return [own === undefined ? null : speed(own), held ? memory(held) : null];
    },
  };
}

function judgeArms(
  arms: readonly AcceptedArm[],
  margin: number,
  escalates: boolean,
): { judgements: Map<AcceptedArm, ArmJudgement>; groups: Verdict[] } {
  const judgements = new Map<AcceptedArm, ArmJudgement>();
  const groups: Verdict[] = [];
  const byMetric = grouped(arms, ({ metric }) => metric);
  for (const [metric, members] of byMetric) {
    // A metric of another time, which nothing says the direction of.
    if (!metricNames().includes(metric)) continue;
    const asked = members.flatMap((arm) => {
      const of = qualityArmOf(arm);
      return of === null ? [] : [{ arm, of }];
    });
    const judged = judgeQuality(
      asked.map(({ of }) => of),
      margin,
      { metrics: byMetric.size, escalates },
    );
    asked.forEach(({ arm }, at) => {
      const judgement = judged.arms[at] ?? null;
      if (judgement !== null) judgements.set(arm, judgement);
    });
    groups.push(...judged.groups.map((group) => groupVerdict(metric, group)));
  }
  return { judgements, groups };
}

function groupVerdict(metric: string, { name, arms, channel, call, judgement }: GroupJudgement): Verdict {
  const { change, margin, p } = judgement;
  const what = channel === 'metric' ? metric : 'train_loss';
  const cell = `${name} (${arms} arms)`;
  const verb = call === 'better' ? 'is better' : 'is worse';
  const remedy =
    call === 'better' ? 'To keep it as what is expected: accept.' : 'Find the change that did it, or accept.';
  return {
    id: null,
    cell,
    verdict: call,
    lane: 'quality',
    reason:
      `${cell}: ${what} ${verb} by ${Math.abs(change).toFixed(2)} standard deviations in the mean over its arms ` +
      `(margin ${margin.toFixed(2)}${call === 'better' ? '' : `; p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`}). ${remedy}`,
    quantity: `${what}, mean gain in standard deviations`,
    expected: 0,
    measured: change,
    bound: -margin,
  };
}
