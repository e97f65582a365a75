import { intervalOf } from '../arms/arm-test.ts';
import { type Column, type Section, table, text } from '../render/document.ts';
import { orDash, pValue } from '../render/format.ts';
import { gainInterval, gainText } from '../render/metric-text.ts';
import type { ClaimEffect } from './claim-effect.ts';
import { isKnown, type JudgedClaim } from './claim-verdict.ts';
import { seedInterval } from './seed-bootstrap.ts';

/** Every claim beside what was measured. */
export function claimsSection(judged: readonly JudgedClaim[]): Section {
  return {
    heading: 'Claims',
    blocks: [table(judged, columns), text(legend)],
  };
}

const legend =
  'Differences are gains, paired over seeds, averaged over all pairs of arms of the shared lane that differ in nothing ' +
  'else, tested with moderated variances. Supported: above zero; contradicted: below the least effect that the claim ' +
  'would mean anything by; p is corrected over all claims here (Shaffer 1986): no false one is supported and no true one ' +
  'contradicted with 95 %. Bootstrap: 95 % of means over seeds drawn again. Undecided: so many seeds an arm would decide ' +
  'it with 80 %, were the effect the one found. Published numbers are shown beside, and decide nothing.';

const numeric = true;

const columns: readonly Column<JudgedClaim>[] = [
  { name: 'claim', cell: ({ claim }) => claim.states },
  { name: 'source', cell: ({ claim }) => claim.source },
  { name: 'suite', cell: ({ scope }) => `${scope.suite}, ${scope.profile}`, factor: true },
  { name: 'verdict', cell: verdictText, factor: true, strong: ({ verdict }) => verdict !== 'undecided' },
  { name: 'effect', cell: known(({ metric, estimate }) => gainText(metric, estimate)), numeric },
  { name: '95 % interval', cell: known(intervalText), numeric },
  {
    name: 'bootstrap',
    cell: known(({ metric, strata }) => orDash(seedInterval(strata), (bounds) => gainInterval(metric, bounds))),
    numeric,
  },
  { name: 'p', cell: ({ adjustedP }) => orDash(adjustedP, pValue), numeric },
  { name: 'seeds', cell: known(({ seeds }) => String(seeds)), numeric },
  { name: 'hardest rival', cell: known(({ rival }) => orDash(rival, String)) },
  { name: 'published', cell: ({ claim }) => claim.published.map(publishedText).join('; ') || '–' },
];

function known(cell: (effect: ClaimEffect) => string): (judged: JudgedClaim) => string {
  return ({ effect }) => (isKnown(effect) ? cell(effect) : '–');
}

function intervalText({ metric, estimate, standardError, df }: ClaimEffect): string {
  return orDash(intervalOf({ difference: estimate, standardError, df }), (bounds) => gainInterval(metric, bounds));
}

function publishedText({ text: words, secondHand }: JudgedClaim['claim']['published'][number]): string {
  return secondHand ? `${words} (second-hand)` : words;
}

/** In words, with why or how many seeds. */
export function verdictText({ verdict, effect, seedsNeeded }: JudgedClaim): string {
  if (!isKnown(effect)) {
    if (effect.reason === 'setting') return `not tested at this setting: ${effect.why}`;
    return `not tested: ${effect.reason}`;
  }
  if (verdict !== 'undecided') return verdict;
  return `undecided: ${seedsNeeded === null ? 'more than 1,000 seeds' : `${seedsNeeded} seeds`} would decide`;
}
