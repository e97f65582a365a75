import type { Figure, Section } from '../render/document.ts';

/** Plots under a heading; no section where there are none. */
export function plotSection(heading: string, figures: readonly Figure[] = []): Section | null {
  if (figures.length === 0) return null;
  return { heading, blocks: figures.map((figure) => ({ kind: 'figure', figure })) };
}
