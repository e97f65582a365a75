import { tallyText } from '../../../baselines/wording.ts';
import type { ArmSummary } from '../../arms/arm-summary.ts';
import { type Block, type Column, type Section, table, text } from '../../render/document.ts';
import { judgedAlone } from '../estimates.ts';
import { type JudgedClaim, type JudgedValue, judgedClaims, judgedValues, settingsOf } from './expectations.ts';
import { estimateText, type ScoreName, shownBy } from './sort-values.ts';

/** Whether what is expected holds; none without an arm. */
export function expectationSection(arms: readonly ArmSummary[]): Section | null {
  if (arms.every(({ completed }) => completed.length === 0)) return null;
  const settings = settingsOf(arms);
  const blocks =
    settings.length === 0
      ? [
          text(
            'This run has another knowledge base, memory or length of training; nothing is known to be expected of it.',
          ),
        ]
      : settings.flatMap((setting): Block[] => {
          const [values, claims] = [judgedValues(setting), judgedClaims(setting)];
          const judged = [
            ...values.flatMap(({ judged: { hits, rank } }) => [hits, rank]),
            ...claims.map((one) => one.judged),
          ];
          return [
            text(`${setting.place}: ${tallyText(judged)}.`),
            table(claims, claimColumns),
            table(values, valueColumns),
          ];
        });
  return { heading: 'Expected values', blocks: [text(legend), ...blocks] };
}

const legend =
  'Expected: hits@1 and filtered mean rank of a prototype of this project on a knowledge base of 300 players (two ' +
  'seeds, other draws of facts and questions), as the tables of the paper (Zhang, Winn and Tomioka 2016) are not known ' +
  'here. A value is met where its mean over seeds is within 2 points of hits@1, or 10 % of the rank, of the range of ' +
  'both seeds; open where only its 95 % interval reaches there. A claim about a difference is met where the interval of ' +
  `the paired differences lies above zero, failed where their mean does not, and else open. ${judgedAlone} No path that ` +
  'is asked is trained on, and many go from a value over players to another value, with as many answers as players ' +
  'have: the prototype’s mix of paths is not known, so that its hits on paths may be of easier ones.';

const claimColumns: Column<JudgedClaim>[] = [
  { name: 'claim', cell: ({ claim }) => claim },
  {
    name: 'hits@1, % or points',
    cell: ({ measured, isDifference }) => {
      const value = estimateText(measured, 'hits_at_1');
      return isDifference && measured.mean > 0 ? `+${value}` : value;
    },
    numeric: true,
  },
  { name: 'verdict', cell: ({ judged }) => judged },
];

const range = ([low, high]: readonly [number, number], score: ScoreName) => {
  const shown = shownBy(score);
  return low === high ? shown(low) : `${shown(low)} to ${shown(high)}`;
};

const valueColumns: Column<JudgedValue>[] = [
  { name: 'arm', cell: ({ arm }) => arm },
  { name: 'asked', cell: ({ sort }) => sort },
  { name: 'expected hits@1, %', cell: ({ hits }) => range(hits, 'hits_at_1'), numeric: true },
  { name: 'measured', cell: ({ measured }) => estimateText(measured.hits, 'hits_at_1'), numeric: true },
  { name: 'verdict', cell: ({ judged }) => judged.hits },
  { name: 'expected mean rank', cell: ({ rank }) => range(rank, 'mean_rank'), numeric: true },
  { name: 'measured', cell: ({ measured }) => estimateText(measured.rank, 'mean_rank'), numeric: true },
  { name: 'verdict', cell: ({ judged }) => judged.rank },
];
