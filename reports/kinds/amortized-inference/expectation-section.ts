import { tallyText } from '../../../baselines/wording.ts';
import { type Block, type Column, type Section, table, text } from '../../render/document.ts';
import { notMeasured } from '../../render/format.ts';
import { judgedAlone, natsText } from '../estimates.ts';
import type { EstimatedArm } from './estimated-arms.ts';
import { allowances, type Expectation, expectationsOf, settingsOf } from './expectations.ts';

/** Whether what is expected holds; none without an estimated arm. */
export function expectationSection(arms: readonly EstimatedArm[]): Section | null {
  if (arms.length === 0) return null;
  const settings = settingsOf(arms);
  const blocks = settings.flatMap((setting): Block[] => {
    const all = expectationsOf(setting);
    const summary = `${setting.place}, estimates by ${setting.samples} samples: ${tallyText(all.map(({ judged }) => judged))}.`;
    return [text(summary), table(all, columns)];
  });
  const none = text(
    'This run has other data, another network or another training; nothing is known to be expected of it.',
  );
  return {
    heading: 'Expected values and directions',
    blocks: settings.length === 0 ? [none] : [text(legend), ...blocks],
  };
}

const legend =
  'Expected: what a prototype of this project measured with two seeds, on bits of the same form that it drew otherwise; ' +
  'the tables of Shu et al. 2018 are not known here. A value is met where its mean over seeds is within ' +
  `${allowances.likelihood} nats (gaps: ${allowances.gap}) of the range of both seeds; open where only its 95 % interval ` +
  'reaches there. A difference is met where the interval of the paired differences lies above zero, failed where their ' +
  `mean does not, and else open. ${judgedAlone} The prototype’s bound of weights is a cap, this one’s is smooth.`;

const columns: Column<Expectation>[] = [
  { name: 'expected', cell: ({ claim }) => claim },
  { name: 'nats', cell: ({ expected }) => expected, numeric: true },
  {
    name: 'measured',
    cell: ({ measured, isDifference }) => (measured === null ? notMeasured : natsText(measured, isDifference)),
    numeric: true,
  },
  { name: 'verdict', cell: ({ judged }) => judged },
];
