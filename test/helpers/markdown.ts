import { renderMarkdown } from '../../reports/report.ts';
import type { ReportInput } from '../../reports/report-input.ts';

/** What reports are made of, without records. */
export const emptyRun = {
  title: 'Compression',
  suite: 'compression',
  profile: 'smoke',
  missing: [],
  gaps: [],
  verdicts: [],
  notes: [],
} as const satisfies Omit<ReportInput, 'records'>;

/** report.md of a run; what a test does not say is empty. */
export function report(overrides: Partial<ReportInput>): string {
  const records = overrides.records ?? [];
  return renderMarkdown({ ...emptyRun, records, ...overrides });
}

/** The lines of one section. */
export function section(markdown: string, heading: string): string[] {
  const found = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (!found) throw new Error(`no section ${heading}`);
  return found.split('\n');
}
