/** What Markdown and HTML have in common: a report is sections of blocks, all text plain and unescaped. */

export interface Table {
  columns: { name: string; numeric: boolean }[];
  rows: string[][];
}

export interface TableBlock {
  kind: 'table';
  table: Table;
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'list'; items: string[] }
  | TableBlock
  | { kind: 'code'; text: string };

export interface Section {
  heading: string;
  blocks: Block[];
}

export function text(content: string): Block {
  return { kind: 'text', text: content };
}

export function list(items: string[]): Block {
  return { kind: 'list', items };
}

export function code(content: string): Block {
  return { kind: 'code', text: content };
}

/** A column of a table over `T`: its name, how a row fills it, and whether it holds numbers (aligned right). */
export interface Column<T> {
  name: string;
  cell: (row: T) => string;
  numeric?: boolean;
}

export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): TableBlock {
  return {
    kind: 'table',
    table: {
      columns: columns.map(({ name, numeric = false }) => ({ name, numeric })),
      rows: rows.map((row) => columns.map((column) => column.cell(row))),
    },
  };
}
