import type { Figure, Section } from '../render/document.ts';

/** The plots of a kind; no section where there are none. */
export function plotSection(figures: readonly Figure[]): Section | null {
  if (figures.length === 0) return null;
  return { heading: 'Plots', blocks: figures.map((figure) => ({ kind: 'figure', figure })) };
}
