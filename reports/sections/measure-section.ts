import { capitalized } from '../../baselines/wording.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import { metricOf } from '../../harness/spec/metrics.ts';
import { byPlace } from '../arms/arm-groups.ts';
import { type ArmSummary, measureOf } from '../arms/arm-summary.ts';
import { seedsOf } from '../arms/arm-text.ts';
import type { Block, Column, Section } from '../render/document.ts';
import { table, text } from '../render/document.ts';
import { directionNote, spreadText } from '../render/metric-text.ts';
import { armColumns } from './factor-columns.ts';

/** What is measured of a kind beside the metric that is gated; no section where nothing is. */
export function measureSection(arms: readonly ArmSummary[]): Section | null {
  const [first] = arms;
  if (!first) return null;
  const [, ...further] = wordsOfKind(first.kind).metrics;
  const measured = further.filter((metric) => arms.some((arm) => measureOf(arm, metric).mean !== null));
  if (measured.length === 0) return null;
  const columns: Column<ArmSummary>[] = [
    { name: 'seeds', cell: seedsOf, numeric: true },
    ...measured.map((metric) => ({
      name: metricOf(metric).title,
      cell: (arm: ArmSummary) => spreadText(metric, measureOf(arm, metric)),
      numeric: true,
    })),
  ];
  const blocks = [...byPlace(arms)].flatMap(([place, members]): Block[] => [
    text(`${place}:`),
    table(members, [...armColumns(members, (arm) => arm), ...columns]),
  ]);
  return { heading: 'Further measures', blocks: [text(legendFor(measured)), ...blocks] };
}

function legendFor(metrics: readonly string[]): string {
  const sources = metrics.map((metric) => {
    const { title, of } = metricOf(metric);
    return ` ${capitalized(title)} is that of ${of}.${directionNote(metric)}`;
  });
  return `Mean ± sample standard deviation over the completed seeds; no part of the check.${sources.join('')}`;
}
