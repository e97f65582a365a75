import type { RunOutcome } from '../outcome.ts';
import type { Block, Figure, Section, Table } from './document.ts';
import { styleSheet } from './html-style.ts';
import { drawSvg } from './svg.ts';
import { escapeHtml } from './xml.ts';

/** A document with a word on how it ended. */
export interface Page {
  title: string;
  /** Shown under the title, in the colours of `outcome`. */
  badge: { text: string; outcome: RunOutcome | null };
  sections: readonly Section[];
}

/** A document as one HTML file with its style and its figures inside, that asks nothing of the network. */
export async function htmlDocument({ title, badge, sections }: Page): Promise<string> {
  const shown: string[] = [];
  for (const section of sections) shown.push(await renderSection(section));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${styleSheet}
</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<span class="${['badge', badge.outcome].filter((name) => name !== null).join(' ')}">${escapeHtml(badge.text)}</span>
</header>
<main>
${shown.join('\n')}
</main>
</body>
</html>
`;
}

async function renderSection({ heading, blocks }: Section): Promise<string> {
  const shown: string[] = [];
  for (const block of blocks) shown.push(await renderBlock(block, heading));
  return `<section aria-label="${escapeHtml(heading)}">\n<h2>${escapeHtml(heading)}</h2>\n${shown.join('\n')}\n</section>`;
}

async function renderFigure({ title, caption, spec }: Figure): Promise<string> {
  return (
    `<figure>\n<h3>${escapeHtml(title)}</h3>\n` +
    `<div class="scroll">${named(await drawSvg(spec), title)}</div>\n` +
    `<figcaption>${escapeHtml(caption)}</figcaption>\n</figure>`
  );
}

/** A drawing that is read out as its title: what it shows, tables say. */
function named(svg: string, title: string): string {
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(title)}" `);
}

/** @param heading of the section that the block is in */
async function renderBlock(block: Block, heading: string): Promise<string> {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
    case 'table':
      return renderTable(block.table, heading);
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
    case 'figure':
      return renderFigure(block.figure);
  }
}

/** Longest text that stays on one line. */
const longText = 80;

function renderTable({ columns, rows }: Table, caption: string): string {
  const classOf = (column: number, cell: string) => {
    if (columns[column]?.numeric) return ' class="number"';
    return cell.length > longText ? ' class="long"' : '';
  };
  const head = columns.map(({ name }, i) => `<th scope="col"${classOf(i, name)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, i) => `<td${classOf(i, cell)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  const parts = [
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody>',
  ];
  return `<div class="scroll"><table>\n${parts.join('\n')}\n</table></div>`;
}
