import { tallyText } from '../../../baselines/wording.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { judgedAlone } from '../estimates.ts';
import type { RecognizerArm } from './error-values.ts';
import { type Expectation, expectationsOf } from './expectations.ts';

/** Every expected value and direction, with figures and verdicts; none without a completed arm. */
export function expectationSection(arms: readonly RecognizerArm[]): Section | null {
  if (arms.length === 0) return null;
  const all = expectationsOf(arms);
  const tally = `Of ${all.length}: ${tallyText(all.map(({ judged }) => judged))}.`;
  return { heading: 'Expected values and directions', blocks: [text(`${legend} ${tally}`), table(all, columns)] };
}

const legend =
  'Values of a prototype of this project, of two or three seeds that also draw words and utterances; it chose its updates ' +
  'by the test, which this suite does not. A value is met where the mean over seeds is within 3 points of their range; ' +
  'open where only its 95 % interval reaches there. A direction is met where the interval of the differences, paired over ' +
  `seeds, lies above zero, failed where their mean does not, and else open. ${judgedAlone} Published values are of the authors’ logs of ` +
  'one seed on TIMIT (Ravanelli et al. 2018), which `paper` is held against on a folder of archives of it; the tables of ' +
  'the paper are not known here.';

const columns: Column<Expectation>[] = [
  { name: 'place', cell: ({ place }) => place },
  { name: 'expected', cell: ({ expected }) => expected },
  { name: 'measured', cell: ({ measured }) => measured },
  { name: 'verdict', cell: ({ judged }) => judged },
];
