import type { TopLevelSpec } from 'vega-lite';

/** What Markdown and HTML have in common: a report is sections of blocks, all text plain and unescaped. */

/** Cells by row and column. */
export interface Table {
  columns: { name: string; numeric: boolean }[];
  rows: string[][];
}

/** A table as a block of its own. */
export interface TableBlock {
  kind: 'table';
  table: Table;
}

/** A plot as a Vega-Lite specification: data in, nothing drawn. */
export interface Figure {
  title: string;
  caption: string;
  spec: TopLevelSpec;
}

/** A part of a section. Figures are shown where they can be drawn. */
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | TableBlock
  | { kind: 'code'; text: string }
  | { kind: 'figure'; figure: Figure };

/** A heading and what stands under it. */
export interface Section {
  heading: string;
  blocks: Block[];
}

/** A paragraph. */
export function text(content: string): Block {
  return { kind: 'text', text: content };
}

/** Items, one a line. */
export function list(items: string[]): Block {
  return { kind: 'list', items };
}

/** A command for a shell. */
export function code(content: string): Block {
  return { kind: 'code', text: content };
}

/** A column of a table over `T`: its name, how a row fills it, and whether it holds numbers (aligned right). */
export interface Column<T> {
  name: string;
  cell: (row: T) => string;
  numeric?: boolean;
}

/** The table of `rows`, a column's cell for each. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): TableBlock {
  return {
    kind: 'table',
    table: {
      columns: columns.map(({ name, numeric = false }) => ({ name, numeric })),
      rows: rows.map((row) => columns.map((column) => column.cell(row))),
    },
  };
}
