import type { ReportInput } from '../report-input.ts';
import { reportSections } from '../sections.ts';
import type { Block, Table } from './document.ts';

/** report.md. */
export function renderMarkdown(input: ReportInput): string {
  const sections = reportSections(input).map(({ heading, blocks }) =>
    [`## ${escapeMarkdown(heading)}`, ...blocks.map(renderBlock)].join('\n\n'),
  );
  return `${[`# ${escapeMarkdown(input.title)}`, ...sections].join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text);
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n');
    case 'table':
      return markdownTable(block.table);
    case 'code':
      return `\`\`\`sh\n${block.text}\n\`\`\``;
  }
}

export function markdownTable({ columns, rows }: Table): string {
  const head = columns.map(({ name }) => escapeMarkdown(name));
  const rule = columns.map(({ numeric }) => (numeric ? '---:' : '---'));
  return [head, rule, ...rows.map((row) => row.map(escapeMarkdown))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Text that reads as itself, on one line, in a table cell too. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*<>|~]/g, '\\$&')
    .replace(/\](?=[([:])/g, ']\\')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
