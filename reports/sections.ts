import { metricOf, summarizeArms } from './arm-summary.ts';
import { bestSection } from './best-section.ts';
import { claimSection } from './claim-section.ts';
import { computeSection } from './compute-section.ts';
import { contrastSection } from './contrast-section.ts';
import { curveSection } from './curve-section.ts';
import type { Section } from './document.ts';
import { methodSection } from './method-section.ts';
import { paretoSection } from './pareto-section.ts';
import { publishedSection } from './published-section.ts';
import type { ReportInput } from './report-input.ts';
import { resultSection } from './result-section.ts';
import { reproduceSection, runSection, troubleSection } from './run-section.ts';
import { translationSection } from './translation-section.ts';
import { verdictSection } from './verdict-section.ts';

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
