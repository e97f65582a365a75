import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { summarizeArms } from './arms/arm-summary.ts';
import { renderJunit } from './junit.ts';
import { renderHtml, renderMarkdown, reportSections } from './report.ts';
import type { ReportInput } from './report-input.ts';
import { renderCsv } from './results-csv.ts';
import { renderSummary } from './summary.ts';

/** What was written. */
export interface WrittenReport {
  /** Paths of the files, in the order of writing. */
  files: string[];
  /** A few lines to print at the end of a run. */
  summary: string;
}

/** The files of a report. The page comes last: drawing its plots is what may fail, and the tables must not wait for it. */
const fileNames = ['results.csv', 'report.md', 'junit.xml', 'report.html'] as const;
type FileName = (typeof fileNames)[number];

/** Removes the reports from `outDir`, so that none tells of an earlier run while another one goes on. */
export async function removeReport(outDir: string): Promise<void> {
  for (const name of fileNames) await rm(path.join(outDir, name), { force: true });
}

/** Renders a run and writes its four reports into `outDir`, each file whole or not at all. */
export async function writeReport({ outDir, ...input }: ReportInput & { outDir: string }): Promise<WrittenReport> {
  const arms = summarizeArms(input.records);
  const sections = reportSections(input, arms);
  const renderers: Readonly<Record<FileName, () => string | Promise<string>>> = {
    'results.csv': () => renderCsv(input.records),
    'report.md': () => renderMarkdown(input, sections),
    'junit.xml': () => renderJunit(input),
    'report.html': () => renderHtml(input, sections),
  };
  const files: string[] = [];
  for (const name of fileNames) {
    const file = path.join(outDir, name);
    await writeFileAtomically(file, await renderers[name]());
    files.push(file);
  }
  return {
    files,
    summary: `${renderSummary(input, arms)}\nReport: ${path.join(outDir, 'report.html')} (and report.md, results.csv)`,
  };
}
