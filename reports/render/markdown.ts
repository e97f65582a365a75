import type { Block, Section, Table } from './document.ts';

/** Rows of a section's tables, and items of each list, that are shown; the page and the CSV file hold all. */
const shownRows = { open: 30, folded: 15 };
/** Rows that every table has, however many stand before it. */
const leastRows = 3;

/** A document in Markdown. Figures and cells are left out, and sections that hold nothing else. */
export function markdownDocument(title: string, sections: readonly Section[]): string {
  const parts = sections.map(sectionText).filter((part) => part !== '');
  return `${[`# ${escapeMarkdown(title)}`, ...parts].join('\n\n')}\n`;
}

/** A section alone, for a summary or a comment; nothing where it holds figures alone. */
export function markdownSection(section: Section): string {
  const text = sectionText(section);
  return text === '' ? '' : `${text}\n`;
}

function sectionText({ heading, blocks, folded = false }: Section): string {
  if (blocks.every(({ kind }) => ['figure', 'cells', 'text'].includes(kind)) && blocks.some(isDrawn)) return '';
  const most = folded ? shownRows.folded : shownRows.open;
  let left = most;
  const shown = blocks.flatMap((block) => {
    const rows = Math.max(leastRows, left);
    if (block.kind === 'table') left -= Math.min(rows, block.table.rows.length);
    return renderBlock(block, block.kind === 'table' ? rows : most) ?? [];
  });
  if (shown.length === 0) return '';
  const title = `## ${escapeMarkdown(heading)}`;
  if (!folded) return [title, ...shown].join('\n\n');
  return [`<details><summary>${escapeMarkdown(heading)}</summary>`, title, ...shown, '</details>'].join('\n\n');
}

function isDrawn({ kind }: Block): boolean {
  return kind === 'figure' || kind === 'cells';
}

/** @param most rows of a table, and items of a list */
function renderBlock(block: Block, most: number): string | null {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text);
    case 'list':
      return [
        ...block.items.slice(0, most).map((item) => `- ${paragraph(item)}`),
        ...(block.items.length > most ? [`- ${block.items.length - most} more in report.html.`] : []),
      ].join('\n');
    case 'links':
      return block.items
        .map(({ text, file }) => `- [${escapeMarkdown(text)}](./${encodeURIComponent(file)})`)
        .join('\n');
    case 'table':
      return shortTable(block.table, most);
    case 'code':
      return codeBlock(block.text);
    case 'figure':
    case 'cells':
      return null;
  }
}

function shortTable(table: Table, most: number): string {
  const left = table.rows.length - most;
  if (left <= 0) return markdownTable(table);
  const head = markdownTable({ ...table, rows: table.rows.slice(0, most) });
  return `${head}\n\n${left} further rows are in report.html.`;
}

/** A fence longer than any in the text, which could end it otherwise. */
function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${text}\n${fence}`;
}

/** A table in Markdown, numbers aligned right. */
export function markdownTable({ columns, rows, strong }: Table): string {
  const head = columns.map(({ name }) => escapeMarkdown(name));
  const rule = columns.map(({ numeric }) => (numeric ? '---:' : '---'));
  const body = rows.map((row, place) =>
    row.map((cell, i) => (strong?.[place]?.[i] ? `**${escapeMarkdown(cell)}**` : escapeMarkdown(cell))),
  );
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
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
