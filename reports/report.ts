import { grouped } from '../baselines/arms.ts';
import { byKind } from './arms/arm-groups.ts';
import type { ArmSummary } from './arms/arm-summary.ts';
import { summarizeArms } from './arms/arm-summary.ts';
import { kindReportOf } from './kinds/registry.ts';
import { outcomeOf } from './outcome.ts';
import { plotsOf } from './plots/plots.ts';
import { folded, present, type Section } from './render/document.ts';
import { htmlDocument } from './render/html.ts';
import { markdownDocument } from './render/markdown.ts';
import type { ReportInput } from './report-input.ts';
import { bestSection } from './sections/best-section.ts';
import { cellSection } from './sections/cell-section.ts';
import { checkSection } from './sections/check-section.ts';
import { computeSection } from './sections/compute-section.ts';
import { contrastSection } from './sections/contrast-section.ts';
import { curveSection } from './sections/curve-section.ts';
import { interactionSection } from './sections/interaction-section.ts';
import { laneSection } from './sections/lane-section.ts';
import { launchSection } from './sections/launch-section.ts';
import { measureSection } from './sections/measure-section.ts';
import { methodSection } from './sections/method-section.ts';
import { paretoSection } from './sections/pareto-section.ts';
import { detailPlotSection, plotSection } from './sections/plot-section.ts';
import { resultSection } from './sections/result-section.ts';
import { reproduceSection, runSection, troubleSection } from './sections/run-section.ts';
import { verdictSection } from './sections/verdict-section.ts';

/** report.md. */
export function renderMarkdown(input: ReportInput, sections = reportSections(input)): string {
  return markdownDocument(input.title, sections);
}

/** report.html: one file with its style, its script and its plots inside. */
export function renderHtml(input: ReportInput, sections = reportSections(input)): Promise<string> {
  const { title } = input;
  const outcome = outcomeOf(input);
  return htmlDocument({ title, badge: { text: outcome ?? 'not checked', outcome }, sections });
}

/**
 * The report, whatever it is rendered to: the verdicts first, then kind by kind what was measured; what few readers ask
 * for is folded.
 */
export function reportSections(input: ReportInput, all = summarizeArms(input.records)): Section[] {
  const kinds = byKind(all);
  const measured = [...kinds].flatMap(([kind, arms]) => {
    const sections = kindSections(kind, arms, input);
    return kinds.size === 1
      ? sections
      : sections.map((section) => ({ ...section, heading: `${section.heading}, ${kind}` }));
  });
  return present([
    verdictSection(input),
    runSection(input),
    ...(kinds.size === 0 ? [resultSection([])] : measured),
    checkSection(input.records),
    troubleSection(input.records),
    reproduceSection(input),
  ]);
}

/** What was measured of one kind of task. */
function kindSections(kind: string, arms: readonly ArmSummary[], input: ReportInput): Section[] {
  const { sections, curves, contrasts, colour, dash } = kindReportOf(kind);
  const lookOf = (arm: ArmSummary) => ({ hue: colour(arm, arms), dash: dash(arm, arms) });
  const plots = grouped(plotsOf(arms, { curves, lookOf }), ({ part }) => part);
  const records = input.records.filter((record) => record.kind === kind);
  return present([
    resultSection(arms),
    plotSection('Plots', plots.get('results')),
    bestSection(arms),
    interactionSection(arms, contrasts),
    contrastSection(arms, contrasts),
    ...sections(arms),
    folded(detailPlotSection('Seed by seed', plots.get('seeds'))),
    folded(detailPlotSection('Curves', plots.get('curves'))),
    folded(laneSection(arms)),
    folded(measureSection(arms)),
    folded(methodSection(arms)),
    folded(curveSection(arms)),
    folded(paretoSection(arms)),
    folded(computeSection(arms)),
    folded(launchSection(arms)),
    folded(cellSection(records, curves, input)),
  ]);
}
