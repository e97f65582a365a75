import { counted } from '../../../baselines/wording.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { type Expectation, expectationsOf, type Judgement } from './expectations.ts';
import type { Population } from './populations.ts';

/** Every expected value and direction, with figures; none without an architecture. */
export function expectationSection(populations: readonly Population[]): Section | null {
  if (populations.length === 0) return null;
  const all = expectationsOf(populations);
  const count = (judged: Judgement) => all.filter((one) => one.judged === judged).length;
  const summary =
    `Of ${counted(all.length, 'expectation')} ${count('met')} are met, ${count('failed')} failed, ${count('open')} open ` +
    `and ${count('not tested')} not tested. A value is met within 0.03, open where the 95 % interval holds it or fewer ` +
    'than 30 architectures are correlated, and else failed; a correlation above zero is met where its interval is, and open where only its value is. Values are those ' +
    'of a prototype of this project on other draws, where nothing else is said.';
  return { heading: 'Expected values and directions', blocks: [text(summary), table(all, columns)] };
}

const columns: Column<Expectation>[] = [
  { name: 'expected', cell: ({ expected }) => expected },
  { name: 'measured', cell: ({ measured }) => measured },
  { name: 'verdict', cell: ({ judged }) => (judged === 'failed' ? 'FAILED' : judged) },
];
