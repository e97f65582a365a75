import { metricOf, summarizeArms } from './arm-summary.ts';
import type { Section } from './render/document.ts';
import type { ReportInput } from './report-input.ts';
import { bestSection } from './sections/best-section.ts';
import { claimSection } from './sections/claim-section.ts';
import { computeSection } from './sections/compute-section.ts';
import { contrastSection } from './sections/contrast-section.ts';
import { curveSection } from './sections/curve-section.ts';
import { methodSection } from './sections/method-section.ts';
import { paretoSection } from './sections/pareto-section.ts';
import { publishedSection } from './sections/published-section.ts';
import { resultSection } from './sections/result-section.ts';
import { reproduceSection, runSection, troubleSection } from './sections/run-section.ts';
import { translationSection } from './sections/translation-section.ts';
import { verdictSection } from './sections/verdict-section.ts';

/** The report, whatever it is rendered to: the verdicts first. */
export function reportSections(input: ReportInput): Section[] {
  const arms = summarizeArms(input.records);
  const sections = [
    verdictSection(input),
    runSection(input),
    resultSection(arms),
    methodSection(arms),
    translationSection(arms),
    curveSection(arms),
    bestSection(arms),
    claimSection(arms),
    paretoSection(arms),
    computeSection(arms),
    contrastSection(arms),
    // Published are accuracies only.
    metricOf(arms) === 'accuracy' ? publishedSection(arms) : null,
    troubleSection(input.records),
    reproduceSection(input.records),
  ];
  return sections.filter((section) => section !== null);
}
