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
import { quality } from './lanes/quality.ts';
import { weights } from './lanes/weights.ts';
import { type AcceptedArm, acceptedArmKey, acceptedArms, qualityArmOf } from './quality/accepted-arm.ts';
import { type ArmJudgement, type GroupJudgement, judgeQuality } from './quality/judge.ts';

export interface CheckOptions {
  /** Smallest loss of the gated metric that counts, in its unit: 0.02 of a fraction, 2 of points, 0.5 of nats. */
  margin: number;
  /** What the profile plans, and what is asked about; left out: nothing is known of a plan. */
  gate?: Gate | undefined;
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
  { margin, gate = openGate, escalates = false }: CheckOptions,
): { cells: Examined[]; groups: Verdict[] } {
  const matchOf = matcherOf(baseline, gate);
  const arms = acceptedArms(records, baseline);
  const { judgements, groups } = judgeArms([...arms.values()], margin, escalates);
  const cells = records.flatMap((record): Examined[] => {
    if (record.status === 'failed') return [];
    const match = matchOf(record);
    const entry = match.kind === 'entry' ? match.entry : null;
    const exact = entry === null ? [] : exactLanes.map((lane) => lane({ record, entry }));
    const findings = [exactness(record, entry), ...exact].filter((finding) => finding !== null);
    const arm = arms.get(acceptedArmKey(record));
    const isRepeated = findings.some(({ verdict }) => verdict === 'reproduced');
    if (arm === undefined || isRepeated || (match.kind !== 'entry' && match.kind !== 'seed')) {
      return [{ record, match, findings }];
    }
    const judgement = judgements.get(arm) ?? null;
    const judged = quality({ record, entry, arm, judgement, margin, asksLearned: asksOnlyLearning(record.profile) });
    return [{ record, match, findings: judged === null ? findings : [...findings, judged] }];
  });
  return { cells, groups: records.some(({ profile }) => asksOnlyLearning(profile)) ? [] : groups };
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
