import { createHash } from 'node:crypto';
import type { RunOutcome } from '../outcome.ts';
import { type CellBlocks, cellPacks } from './cell-packs.ts';
import type { Block, Figure, Link, Section, Table } from './document.ts';
import { styleSheet } from './html-style.ts';
import { packed } from './pack.ts';
import { pageScript } from './page/page-script.ts';
import { drawAll } from './svg.ts';
import { escapeHtml } from './xml.ts';

/** A document with a word on how it ended. */
export interface Page {
  title: string;
  /** Shown under the title, in the colours of `outcome`. */
  badge: { text: string; outcome: RunOutcome | null };
  sections: readonly Section[];
}

/** Rows of a table that are shown at once; the others on demand. */
const shownRows = 40;
/** Items of a list that are shown at once. */
const shownItems = 40;
/** Figures of a section that are shown at once. */
const shownFigures = 4;

/**
 * A document as one HTML file that asks nothing of the network: its style, its script and its figures are inside, what is
 * shown on demand compressed. No other script can run in it.
 */
export async function htmlDocument({ title, badge, sections }: Page): Promise<string> {
  const packs = emptyPacks();
  const drawings = await drawingsOf(sections);
  const anchors = anchorsOf(sections);
  const shown: string[] = [];
  for (const [i, section] of sections.entries()) shown.push(renderSection(section, anchors[i]!, { packs, drawings }));
  const script = pageScript();
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(styleSheet)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const links = sections.map(({ heading }, i) => `<li><a href="#${anchors[i]}">${escapeHtml(heading)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${styleSheet}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<span class="${['badge', badge.outcome].filter((name) => name !== null).join(' ')}">${escapeHtml(badge.text)}</span>
<nav aria-label="Contents"><ul>
${links.join('\n')}
</ul></nav>
<noscript><p>Without scripts, details that are shown on demand and the sorting of tables are missing.</p></noscript>
</header>
<main>
${shown.join('\n')}
</main>
${packs.text()}
<script type="module">${script}</script>
</body>
</html>
`;
}

/** What is drawn of a page's figures. */
type Drawings = ReadonlyMap<Figure, string>;

async function drawingsOf(sections: readonly Section[]): Promise<Drawings> {
  const figures = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure] : [])),
  );
  const drawn = await drawAll(figures.map(({ spec }) => spec));
  return new Map(figures.map((figure, i) => [figure, drawn[i]!]));
}

/** What blocks are rendered with. */
interface Context {
  drawings: Drawings;
  /** Null: the blocks are part of one already, and hold all that they have. */
  packs: Packs | null;
}

/** Compressed parts of a page, by the identifiers that its script asks for. */
interface Packs {
  /** Keeps a part, and gives its identifier. */
  add(content: string | Uint8Array, id?: string): string;
  /** All parts, as elements of the page. */
  text(): string;
}

function emptyPacks(): Packs {
  const parts: string[] = [];
  return {
    add(content, id = `pack-${parts.length}`) {
      parts.push(`<script type="application/gzip" id="${id}">${packed(content)}</script>`);
      return id;
    },
    text: () => parts.join('\n'),
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Identifiers of sections, for links: `best-method-per-budget`. */
function anchorsOf(sections: readonly Section[]): string[] {
  const taken = new Set<string>();
  return sections.map(({ heading }) => {
    const base =
      heading
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'section';
    let anchor = base;
    for (let copy = 2; taken.has(anchor); copy++) anchor = `${base}-${copy}`;
    taken.add(anchor);
    return anchor;
  });
}

function renderSection(
  { heading, blocks, folded }: Section,
  anchor: string,
  { packs, drawings }: { packs: Packs; drawings: Drawings },
): string {
  const title = `<h2>${escapeHtml(heading)}</h2>`;
  const open = `<section id="${anchor}" aria-label="${escapeHtml(heading)}">`;
  if (!folded) return `${open}\n${title}\n${renderBlocks(blocks, heading, { packs, drawings })}\n</section>`;
  // A sheet of cells has packs of its own.
  const isWhole = blocks.some(({ kind }) => kind === 'cells');
  const content = renderBlocks(blocks, heading, { packs: isWhole ? packs : null, drawings });
  const inner = isWhole ? content : `<div data-pack="${packs.add(content)}"></div>`;
  return `${open}\n<details class="fold"><summary>${title}</summary>\n${inner}\n</details>\n</section>`;
}

function renderBlocks(blocks: readonly Block[], heading: string, context: Context): string {
  const { packs } = context;
  const parts: string[] = [];
  const later: string[] = [];
  let figures = 0;
  for (const block of blocks) {
    const shown = renderBlock(block, heading, context);
    if (block.kind === 'figure' && packs !== null && ++figures > shownFigures) later.push(shown);
    else parts.push(shown);
  }
  if (later.length > 0 && packs !== null) {
    parts.push(onDemand(`${later.length} further plots`, later.join('\n'), packs));
  }
  return parts.join('\n');
}

/** What is shown where its summary is opened. */
function onDemand(summary: string, content: string, packs: Packs): string {
  const holder = `<div data-pack="${packs.add(content)}"></div>`;
  return `<details class="fold"><summary>${summary}</summary>\n${holder}\n</details>`;
}

function renderList(items: readonly string[], packs: Packs | null): string {
  const listed = (some: readonly string[]) =>
    `<ul>\n${some.map((item) => `<li>${escapeHtml(item)}</li>`).join('\n')}\n</ul>`;
  if (packs === null || items.length <= shownItems) return listed(items);
  const later = items.slice(shownItems);
  return `${listed(items.slice(0, shownItems))}\n${onDemand(`${later.length} more`, listed(later), packs)}`;
}

/** A file's name is no address: whatever it holds, it leads into the same folder. */
function renderLink({ text, file }: Link): string {
  return `<li><a href="./${encodeURIComponent(file)}">${escapeHtml(text)}</a></li>`;
}

function renderFigure(figure: Figure, drawings: Drawings): string {
  const { title, caption } = figure;
  const svg = drawings.get(figure);
  if (svg === undefined) throw new Error(`renderFigure: ${title} was not drawn`);
  return (
    `<figure>\n<h3>${escapeHtml(title)}</h3>\n${scrolling(named(svg, title), title)}\n` +
    `<figcaption>${escapeHtml(caption)}</figcaption>\n</figure>`
  );
}

/** A drawing that is read out as its title: what it shows, tables say. */
function named(svg: string, title: string): string {
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(title)}" `);
}

/** What may be wider than the page: its own box scrolls, by the keyboard too. */
function scrolling(content: string, name: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(name)}">${content}</div>`;
}

/** @param heading of the section that the block is in */
function renderBlock(block: Block, heading: string, { packs, drawings }: Context): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeHtml(block.text)}</p>`;
    case 'list':
      return renderList(block.items, packs);
    case 'links':
      return `<ul>\n${block.items.map(renderLink).join('\n')}\n</ul>`;
    case 'table':
      return renderTable(block.table, heading, packs);
    case 'code':
      return `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`;
    case 'figure':
      return renderFigure(block.figure, drawings);
    case 'cells':
      if (packs === null) throw new Error('renderBlock: a sheet of cells is packed by itself');
      return renderCells(cellPacks(block.cells), packs);
  }
}

function renderCells({ sheet, curves }: CellBlocks, packs: Packs): string {
  const id = packs.add(sheet);
  packs.add(curves, `${id}-curves`);
  return `<div class="cells" data-cells="${id}"></div>`;
}

/** Longest text that stays on one line. */
const longText = 80;

function renderTable({ columns, rows, strong }: Table, caption: string, packs: Packs | null): string {
  const isSplit = packs !== null && rows.length > shownRows;
  const classOf = (column: number, cell: string) => {
    if (columns[column]?.numeric) return ' class="number"';
    return cell.length > longText ? ' class="long"' : '';
  };
  const head = columns
    .map(({ name, factor }, i) => {
      return `<th scope="col"${classOf(i, name)}${factor ? ' data-factor=""' : ''}>${escapeHtml(name)}</th>`;
    })
    .join('');
  const shown = isSplit ? rows.slice(0, shownRows) : rows;
  const cellText = (text: string, isStrong: boolean) =>
    isStrong ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text);
  const body = shown.map((row, place) => {
    const cells = row.map((cell, i) => `<td${classOf(i, cell)}>${cellText(cell, strong?.[place]?.[i] ?? false)}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const source = isSplit
    ? ` data-rows="${packs.add(JSON.stringify({ rows, strong }))}" data-count="${rows.length}"`
    : '';
  const parts = [
    `<caption>${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head}</tr></thead>`,
    '<tbody>',
    ...body,
    '</tbody>',
  ];
  return scrolling(`<table${source}>\n${parts.join('\n')}\n</table>`, caption);
}
