import { summarizeArms } from './arm-summary.ts';
import { computeSection } from './compute-section.ts';
import { contrastSection } from './contrast-section.ts';
import type { Section } from './document.ts';
import { publishedSection } from './published-section.ts';
import type { ReportInput } from './report-input.ts';
import { resultSection } from './result-section.ts';
import { reproduceSection, runSection, troubleSection } from './run-section.ts';
import { verdictSection } from './verdict-section.ts';

/** The report, whatever it is rendered to: the verdicts first. */
export function reportSections(input: ReportInput): Section[] {
  const arms = summarizeArms(input.records);
  const sections = [
    verdictSection(input),
    runSection(input),
    resultSection(arms),
    computeSection(arms),
    contrastSection(arms),
    publishedSection(arms),
    troubleSection(input.records),
    reproduceSection(input.records),
  ];
  return sections.filter((section) => section !== null);
}
