import type { Block, Section, Table } from './document.ts';

/** A document in Markdown. Figures are left out, and sections that hold nothing else. */
export function markdownDocument(title: string, sections: readonly Section[]): string {
  const parts = sections.map(sectionText).filter((part) => part !== '');
  return `${[`# ${escapeMarkdown(title)}`, ...parts].join('\n\n')}\n`;
}

/** A section alone, for a summary or a comment; nothing where it holds figures alone. */
export function markdownSection(section: Section): string {
  const text = sectionText(section);
  return text === '' ? '' : `${text}\n`;
}

function sectionText({ heading, blocks }: Section): string {
  const shown = blocks.flatMap((block) => renderBlock(block) ?? []);
  return shown.length === 0 ? '' : [`## ${escapeMarkdown(heading)}`, ...shown].join('\n\n');
}

function renderBlock(block: Block): string | null {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text);
    case 'list':
      return block.items.map((item) => `- ${paragraph(item)}`).join('\n');
    case 'table':
      return markdownTable(block.table);
    case 'code':
      return codeBlock(block.text);
    case 'figure':
      return null;
  }
}

/** A fence longer than any in the text, which could end it otherwise. */
function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}

/** A table in Markdown, numbers aligned right. */
export function markdownTable({ columns, rows }: Table): string {
  const head = columns.map(({ name }) => escapeMarkdown(name));
  const rule = columns.map(({ numeric }) => (numeric ? '---:' : '---'));
  return [head, rule, ...rows.map((row) => row.map(escapeMarkdown))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** Text on a line of its own, which begins no heading, list, rule or block of code. */
function paragraph(text: string): string {
  return escapeMarkdown(text.trimStart())
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Text that reads as itself, on one line, in a table cell too. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*<>|~]/g, '\\$&')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/\](?=[([:])/g, ']\\')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
