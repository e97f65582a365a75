import type { AnalysedSeries, Analysis } from '../../baselines/history/analysis.ts';
import { thresholds } from '../../baselines/history/evidence.ts';
import { type FrozenReference, frozenReference } from '../../baselines/history/frozen-reference.ts';
import { type History, type HistoryMarker, markersOf, nightsOf } from '../../baselines/history/history-line.ts';
import { type HistoryVerdict, historyVerdict, suspectNights } from '../../baselines/history/verdict.ts';
import { counted, signed } from '../../baselines/wording.ts';
import type { RunOutcome } from '../outcome.ts';
import { list, type Section, table, text } from '../render/document.ts';
import { htmlDocument } from '../render/html.ts';
import { evidencePlot, seriesPlot } from './history-plots.ts';

/** What a history says, in words: for the console, and at the head of its page. */
export function historyLines(history: History, analysis: Analysis, frozen = frozenReference(history)): string[] {
  const { suite, profile } = history;
  const { evidence, gain, unknown } = analysis;
  const nights = nightsOf(history);
  const span = nights.length === 0 ? '' : `, ${nights[0]} to ${nights.at(-1)}`;
  const verdict = historyVerdict(analysis);
  return [
    `${suite}, ${profile}: ${counted(nights.length, 'night')}${span}.`,
    `Evidence of a loss: ${evidenceText(evidence)}, ${verdict} (suspect from ${thresholds.suspect}, regressed from ` +
      `${thresholds.alarm}, which chance reaches once in ${thresholds.alarm} nights at most).`,
    `Evidence of a gain: ${evidenceText(gain)}.`,
    ...(verdict === 'pass' ? [] : suspectLines(history, analysis)),
    ...markersOf(history).map(markerText),
    ...frozenLines(frozen),
    ...(unknown.length === 0 ? [] : [`Without an accepted seed, and so not followed: ${unknown.join(', ')}.`]),
  ];
}

function suspectLines(history: History, analysis: Analysis): string[] {
  const nights = suspectNights(history, analysis).map(({ night, commits, changed }) => {
    const what = changed.length === 0 ? 'nothing new recorded' : `new ${changed.join(' and ')}`;
    return `${night} (${[...commits.map((commit) => commit.slice(0, 12)), what].join(', ')})`;
  });
  return [`Most of it in ${analysis.series[0]?.name ?? ''}, since one of: ${nights.join('; ')}.`];
}

function frozenLines(frozen: FrozenReference | null): string[] {
  if (frozen === null) return [];
  const { levels, evidence, name, change } = frozen;
  const by = change === null ? '' : ` (${signed(change, 2)} sd)`;
  return [
    `Against the level that was accepted first, ${counted(levels, 'new level')} ago: ` +
      `evidence of a loss ${evidenceText(evidence)}, most of it in ${name}${by}.`,
  ];
}

function markerText({ kind, night, until, why }: HistoryMarker): string {
  return `Marked ${kind}: ${night}${kind === 'fixed' ? ` to ${until}` : ''}: ${why}`;
}

/** `0.31`, `45.2`, `1.2e+5`. */
export function evidenceText(evidence: number): string {
  return evidence >= 1e4 ? evidence.toExponential(1) : evidence.toPrecision(3);
}

/** The columns of the table of series: name and content. */
export const seriesColumns: readonly { name: string; cell: (series: AnalysedSeries) => string; numeric?: boolean }[] = [
  { name: 'series', cell: ({ name }) => name },
  { name: 'of', cell: ({ channel }) => (channel === 'loss' ? 'training loss' : 'metric') },
  { name: 'evidence', cell: ({ shares }) => evidenceText(shares.at(-1) ?? 0), numeric: true },
  { name: 'change', cell: ({ change }) => (change === null ? '' : `${signed(change, 2)} sd`), numeric: true },
  { name: 'likeliest since', cell: ({ changeNight }) => changeNight ?? '' },
  { name: 'nights that hold 90 %', cell: ({ suspects }) => nightsText(suspects) },
];

function nightsText(nights: readonly string[]): string {
  const shown = nights.slice(0, 3).join(' ');
  return nights.length > 3 ? `${shown} and ${nights.length - 3} more` : shown;
}

const outcomes: Readonly<Record<HistoryVerdict, RunOutcome>> = {
  pass: 'passed',
  suspect: 'inconclusive',
  regressed: 'regressed',
};

/** A page that draws the evidence and every series. */
export async function historyPage(
  history: History,
  analysis: Analysis,
  frozen = frozenReference(history),
): Promise<string> {
  const markers = markersOf(history);
  const verdict = historyVerdict(analysis);
  const { series, labels } = analysis;
  const figure = (one: AnalysedSeries) => ({ kind: 'figure' as const, figure: seriesPlot(one, labels, markers) });
  const sections: Section[] = [
    {
      heading: 'Evidence',
      blocks: [
        list(historyLines(history, analysis, frozen)),
        { kind: 'figure', figure: evidencePlot(analysis, markers) },
      ],
    },
    { heading: 'Series', blocks: [table(series, seriesColumns)] },
    {
      heading: 'Drawings',
      blocks: [text(`Night 0 is ${labels[0] ?? 'none yet'}.`), ...series.map(figure)],
    },
  ];
  const title = `History of ${history.suite}, ${history.profile}`;
  return htmlDocument({ title, badge: { text: verdict, outcome: outcomes[verdict] }, sections });
}
