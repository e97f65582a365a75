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

/** Renders a run and writes its four reports into `outDir`, each file whole or not at all. */
export async function writeReport({ outDir, ...input }: ReportInput & { outDir: string }): Promise<WrittenReport> {
  // The page comes last: drawing its plots is what may fail, and the tables must not wait for it.
  const renderers: [string, () => string | Promise<string>][] = [
    ['results.csv', () => renderCsv(input.records)],
    ['report.md', () => renderMarkdown(input)],
    ['junit.xml', () => renderJunit(input)],
    ['report.html', () => renderHtml(input)],
  ];
  const files: string[] = [];
  for (const [name, render] of renderers) {
    const file = path.join(outDir, name);
    await writeFileAtomically(file, await render());
    files.push(file);
  }
  return {
    files,
    summary: `${renderSummary(input)}\nReport: ${path.join(outDir, 'report.html')} (and report.md, results.csv)`,
  };
}
