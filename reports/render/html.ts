import { summarizeVerdicts } from '../../baselines/check.ts';
import { summarizeArms } from '../arm-summary.ts';
import { plotsOf } from '../plots/plots.ts';
import { drawSvg } from '../plots/svg.ts';
import type { ReportInput } from '../report-input.ts';
import { reportSections } from '../sections.ts';
import type { Block, Section, Table } from './document.ts';
import { styleSheet } from './html-style.ts';
import { escapeHtml } from './xml.ts';

/** report.html: one file with its style and its plots inside, that asks nothing of the network. */
export async function renderHtml(input: ReportInput): Promise<string> {
  const sections = reportSections(input).map(renderSection);
  // The plots follow the results, which are the third section.
  sections.splice(3, 0, await renderPlots(input));
  const title = escapeHtml(input.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${styleSheet}
</style>
</head>
<body>
<h1>${title}</h1>
${badge(input)}
${sections.filter((section) => section !== '').join('\n')}
</body>
</html>
`;
}

function badge({ verdicts }: ReportInput): string {
  if (verdicts.length === 0) return '<span class="badge">not checked</span>';
  const { outcome } = summarizeVerdicts(verdicts);
  return `<span class="badge ${outcome}">${outcome}</span>`;
}

async function renderPlots({ records }: ReportInput): Promise<string> {
  const plots = plotsOf(summarizeArms(records));
  if (plots.length === 0) return '';
  const figures: string[] = [];
  for (const { title, caption, spec } of plots) {
    const svg = await drawSvg(spec);
    figures.push(
      `<figure>\n<h3>${escapeHtml(title)}</h3>\n<div class="scroll">${svg}</div>\n` +
        `<figcaption>${escapeHtml(caption)}</figcaption>\n</figure>`,
    );
  }
  return `<section>\n<h2>Plots</h2>\n${figures.join('\n')}\n</section>`;
}

function renderSection({ heading, blocks }: Section): string {
  return `<section>\n<h2>${escapeHtml(heading)}</h2>\n${blocks.map(renderBlock).join('\n')}\n</section>`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
    case 'table':
      return renderTable(block.table);
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
  }
}

/** Longest text that stays on one line. */
const longText = 80;

function renderTable({ columns, rows }: Table): string {
  const classOf = (column: number, cell: string) => {
    if (columns[column]?.numeric) return ' class="number"';
    return cell.length > longText ? ' class="long"' : '';
  };
  const head = columns.map(({ name }, i) => `<th${classOf(i, name)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, i) => `<td${classOf(i, cell)}>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}
