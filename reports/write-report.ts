import { rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically } from '../harness/atomic-file.ts';
import { renderJunit } from './junit.ts';
import { renderHtml, renderMarkdown } from './report.ts';
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
const renderers: Readonly<Record<string, (input: ReportInput) => string | Promise<string>>> = {
  'results.csv': ({ records }) => renderCsv(records),
  'report.md': renderMarkdown,
  'junit.xml': renderJunit,
  'report.html': renderHtml,
};

/** Removes the reports from `outDir`, so that none tells of an earlier run while another one goes on. */
export async function removeReport(outDir: string): Promise<void> {
  for (const name of Object.keys(renderers)) await rm(path.join(outDir, name), { force: true });
}

/** Renders a run and writes its four reports into `outDir`, each file whole or not at all. */
export async function writeReport({ outDir, ...input }: ReportInput & { outDir: string }): Promise<WrittenReport> {
  const files: string[] = [];
  for (const [name, render] of Object.entries(renderers)) {
    const file = path.join(outDir, name);
    await writeFileAtomically(file, await render(input));
    files.push(file);
  }
  return {
    files,
    summary: `${renderSummary(input)}\nReport: ${path.join(outDir, 'report.html')} (and report.md, results.csv)`,
  };
}
