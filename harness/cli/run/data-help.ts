import { folderDatasets } from '../../data/registry.ts';
import { table } from '../io.ts';

/** What the help of `suite` says of the data sets that need files: their folders, and what these hold. */
export function dataHelp(): string {
  const rows = folderDatasets.map(({ name, folder, files }) => [`  ${name}`, `${folder}/`, files.replaceAll('`', '')]);
  const title = 'Data sets are looked for in the folder of --data, under the names that their archives unpack to:';
  return `${title}\n${table(rows).trimEnd()}`;
}

/** The same as the table of docs/data.md, in Markdown. */
export function dataTable(): string {
  const titles = ['data set', 'folder in `DIR`', 'files'];
  const rows = folderDatasets.map(({ name, folder, files }) => [`\`${name}\``, `\`${folder}/\``, files]);
  const widths = titles.map((_, column) => Math.max(...[titles, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [titles, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
