import { counted } from '../../baselines/wording.ts';
import { type Block, type Figure, type Section, text } from '../render/document.ts';

/** Plots under a heading; no section where there are none. */
export function plotSection(heading: string, figures: readonly Figure[] = []): Section | null {
  if (figures.length === 0) return null;
  return { heading, blocks: figures.map(figureBlock) };
}

/** Plots of a section for details: a run of many models has more than anyone looks at, and drawing takes long. */
const most = 12;

/** The first plots under a heading, and how many are not drawn; no section where there are none. */
export function detailPlotSection(heading: string, figures: readonly Figure[] = []): Section | null {
  const left = figures.slice(most);
  if (left.length === 0) return plotSection(heading, figures);
  const note = `${counted(left.length, 'further plot')}: npm run report -- SUITE --only GLOB draws those of fewer cells.`;
  return { heading, blocks: [...figures.slice(0, most).map(figureBlock), text(note)] };
}

function figureBlock(figure: Figure): Block {
  return { kind: 'figure', figure };
}
