import { changeNumber, signed } from '../../baselines/wording.ts';
import { gainOf } from '../../harness/spec/metrics.ts';
import { type Column, table } from '../render/document.ts';
import { fixed, orDash, pValue } from '../render/format.ts';
import { escapeMarkdown, markdownTable } from '../render/markdown.ts';
import { directionWord, spreadText } from '../render/metric-text.ts';
import { factorColumns } from '../sections/factor-columns.ts';
import type { ComparedArm, Comparison } from './compare-runs.ts';

/**
 * Two runs arm by arm, as Markdown: a table for each suite and profile, under headings where there are several, then
 * what was not compared. Differences are after - before, in what the metric's are counted in.
 */
export function renderComparison(comparisons: readonly Comparison[]): string {
  const parts = comparisons.flatMap((comparison) => {
    const { suite, profile, arms } = comparison;
    const heading = comparisons.length > 1 ? [`## ${escapeMarkdown(`${suite}, profile ${profile}`)}`] : [];
    return [...heading, ...(arms.length > 0 ? [armTable(arms)] : []), ...notesOf(comparison)];
  });
  return `${parts.join('\n\n')}\n`;
}

function armTable(arms: readonly ComparedArm[]): string {
  const kinds = new Set(arms.map(({ kind }) => kind));
  const columns = [
    ...(kinds.size > 1 ? [{ name: 'kind', cell: (arm: ComparedArm) => arm.kind }] : []),
    ...places,
    ...factorColumns(arms, (arm) => arm),
    ...results,
    ...(arms.some((arm) => leftOut(arm) !== '') ? [{ name: 'left out', cell: leftOut }] : []),
    ...(arms.some(({ configChanges }) => configChanges.length > 0) ? [changes] : []),
  ];
  return markdownTable(table(arms, columns).table);
}

const places: readonly Column<ComparedArm>[] = [
  { name: 'model', cell: (arm) => orDash(arm.model, String) },
  { name: 'dataset', cell: (arm) => orDash(arm.dataset, String) },
];

const results: readonly Column<ComparedArm>[] = [
  { name: 'seeds', cell: seedsOf },
  { name: 'before', cell: ({ metric, before }) => spreadText(metric, before), numeric: true },
  { name: 'after', cell: ({ metric, after }) => spreadText(metric, after), numeric: true },
  {
    name: 'difference',
    cell: ({ metric, difference }) =>
      changeNumber(metric, difference) + directionWord(metric, gainOf(metric, difference)),
    numeric: true,
  },
  {
    name: '95 % interval',
    cell: ({ metric, interval }) =>
      orDash(interval === null ? null : interval.map((bound) => changeNumber(metric, bound)).join(' to '), String),
    numeric: true,
  },
  { name: 'p (Holm)', cell: ({ adjustedP }) => orDash(adjustedP, pValue), numeric: true },
  { name: 'speed ratio', cell: ({ speedRatio }) => orDash(speedRatio, fixed(2)), numeric: true },
  {
    name: 'parameters',
    cell: ({ parameterDifference }) => orDash(parameterDifference, (d) => (d === 0 ? 'equal' : signed(d, 0))),
    numeric: true,
  },
  {
    name: 'bit-identical',
    cell: ({ bitIdentical, sharedSeeds }) => `${bitIdentical} of ${sharedSeeds}`,
    numeric: true,
  },
];

const changes: Column<ComparedArm> = { name: 'changed fields', cell: ({ configChanges }) => configChanges.join(', ') };

/** `0, 1, paired`; `0, 1 against 2, 3, two-sample`. */
function seedsOf({ design, before, after }: ComparedArm): string {
  const sides = design === 'paired' ? [before] : [before, after];
  return `${sides.map(({ seeds }) => seeds.join(', ')).join(' against ')}, ${design}`;
}

/** `before 3, 4; after lost 2`; empty where every seed is compared. */
function leftOut({ before, after }: ComparedArm): string {
  return [
    ...seedsText('before', before.leftOut),
    ...seedsText('before lost', before.lost),
    ...seedsText('after', after.leftOut),
    ...seedsText('after lost', after.lost),
  ].join('; ');
}

function seedsText(what: string, seeds: readonly number[]): string[] {
  return seeds.length === 0 ? [] : [`${what} ${seeds.join(', ')}`];
}

function notesOf({ arms, uncompared, environment }: Comparison): string[] {
  const designs = new Set(arms.map(({ design }) => design));
  const twoSample =
    'Two-sample: fewer than two seeds are in both, so all completed seeds of each side are compared (Welch’s test). ' +
    'Other seeds are other initial values and orders of the data.';
  return [
    ...(designs.has('two-sample') ? [twoSample] : []),
    ...(environment.length > 0
      ? [
          `Another environment (${escapeMarkdown(environment.join('; '))}): equal bits are not to be expected, and ` +
            'speeds are not comparable.',
        ]
      : []),
    ...(uncompared.length > 0
      ? [
          ['Not compared:\n', ...uncompared.map(({ arm, reason }) => `- ${escapeMarkdown(`${arm}: ${reason}`)}`)].join(
            '\n',
          ),
        ]
      : []),
  ];
}
