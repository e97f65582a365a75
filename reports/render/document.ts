import type { TopLevelSpec } from 'vega-lite';

/** What Markdown and HTML have in common: a report is sections of blocks, all text plain and unescaped. */

/** Cells by row and column. */
export interface Table {
  columns: TableColumn[];
  rows: string[][];
  /** Which cells stand out, as the best or significant, by row and column; left out: none. */
  strong?: boolean[][];
}

/** What a column is. */
export interface TableColumn {
  name: string;
  numeric: boolean;
  /** Whether rows are chosen by its values: a factor. */
  factor?: boolean;
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
  | { kind: 'links'; items: Link[] }
  | TableBlock
  | { kind: 'code'; text: string }
  | { kind: 'figure'; figure: Figure }
  | { kind: 'cells'; cells: CellSheet };

/** All cells of a kind with their details and curves, which a page shows one at a time. */
export interface CellSheet {
  table: Table;
  /** Names that links lead to, a row each. */
  names: string[];
  /** What a cell has beside its row. */
  details: CellDetail[];
  /** What is drawn of a cell. */
  curves: CellCurve[];
  /** What points of curves count: `epoch`. */
  at: string;
}

/** A detail of every cell; most repeat a few texts. */
export interface CellDetail {
  name: string;
  /** Whether it is code, such as a command. */
  code: boolean;
  texts: string[];
  /** The place of its text, a cell each; -1: it has none. */
  of: number[];
}

/** A curve of every cell, as fine as a small drawing shows it. */
export interface CellCurve {
  title: string;
  axis: string;
  /** What the lowest and highest level stand for. */
  low: number;
  high: number;
  logarithmic: boolean;
  /** The first and last point's place, a cell each. */
  from: number[];
  to: number[];
  /** Levels of a cell's points, evenly spread from the first to the last: 0 for none, 1 (low) to 255 (high). */
  levels: Uint8Array[];
}

/** What leads to another page of the same folder. */
export interface Link {
  text: string;
  /** The page's file, in the same folder. */
  file: string;
}

/** A heading and what stands under it. */
export interface Section {
  heading: string;
  blocks: Block[];
  /** Whether it is shown on demand; left out: at once. */
  folded?: boolean;
}

/** A paragraph. */
export function text(content: string): Block {
  return { kind: 'text', text: content };
}

/** Items, one a line. */
export function list(items: string[]): Block {
  return { kind: 'list', items };
}

/** Links, one a line. */
export function links(items: Link[]): Block {
  return { kind: 'links', items };
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
  /** Whether rows are chosen by its values. */
  factor?: boolean;
  /** Whether a row's cell stands out, as the best or significant. */
  strong?: (row: T) => boolean;
}

/** The table of `rows`, a column's cell for each. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): TableBlock {
  const strong = columns.some((column) => column.strong !== undefined)
    ? rows.map((row) => columns.map((column) => column.strong?.(row) ?? false))
    : undefined;
  return {
    kind: 'table',
    table: {
      columns: columns.map(({ name, numeric = false, factor = false }) => ({
        name,
        numeric,
        ...(factor ? { factor } : {}),
      })),
      rows: rows.map((row) => columns.map((column) => column.cell(row))),
      ...(strong === undefined ? {} : { strong }),
    },
  };
}

/** The section, shown on demand. */
export function folded(section: Section | null): Section | null {
  return section === null ? null : { ...section, folded: true };
}

/** The sections that have something to say. */
export function present(sections: readonly (Section | null)[]): Section[] {
  return sections.filter((section) => section !== null);
}
