import { counted } from '../../../baselines/wording.ts';
import { type Column, type Section, table, text } from '../../render/document.ts';
import { type Expectation, expectationsOf } from './expectations.ts';
import type { FittedArm } from './fitted-arms.ts';

/** Every expected value and direction, met or failed, with figures; none without a fitted arm. */
export function expectationSection(arms: readonly FittedArm[]): Section | null {
  if (arms.length === 0) return null;
  const all = expectationsOf(arms);
  const failed = all.filter(({ met }) => met === false).length;
  const tested = all.filter(({ met }) => met !== null).length;
  const summary =
    `What theory and earlier measurements expect. Of ${counted(all.length, 'expectation')} this run tests ${tested}: ` +
    `${tested - failed} met, ${failed} failed. Limits and prototypes are of λ ~ Exp(1).`;
  return { heading: 'Expected values and directions', blocks: [text(summary), table(all, columns)] };
}

const columns: Column<Expectation>[] = [
  { name: 'expected', cell: ({ expected }) => expected },
  { name: 'measured', cell: ({ measured }) => measured },
  { name: 'verdict', cell: ({ met }) => (met === null ? 'not tested' : met ? 'met' : 'FAILED') },
];
