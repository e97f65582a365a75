import { grouped } from '../../../baselines/arms.ts';
import { counted, someOf, tallyText } from '../../../baselines/wording.ts';
import { type Block, list, text } from '../../../reports/render/document.ts';
import { markdownSection } from '../../../reports/render/markdown.ts';
import type { Definition } from '../../spec/definition.ts';

/**
 * What became of a cell: `undefined` where its baseline's entry holds no definition, or its kind tells none;
 * `needs-training` where it begins with what others come to, `too-large` where its kind knows no reduced form of it.
 */
export type DefinitionVerdict =
  | 'equal'
  | 'changed'
  | 'regressed'
  | 'removed'
  | 'undefined'
  | 'needs-training'
  | 'too-large'
  | 'no-baseline'
  | 'other-data'
  | 'failed';

/** What is said of one cell. */
export interface DefinitionRow {
  suite: string;
  profile: string;
  id: string;
  cell: string;
  verdict: DefinitionVerdict;
  differences: string[];
  /** Digest of the code that decides results. */
  program: string;
  /** What the engine would be asked to compute; null where the kind tells none, or it could not be told. */
  definition: Definition | null;
}

const notCompared: Partial<Record<DefinitionVerdict, string>> = {
  undefined: 'the baseline holds no definition of',
  'needs-training': 'a run alone can compare, as they begin with what others come to,',
  'too-large': 'no reduced form is known, and the published size takes too long, of',
  'no-baseline': 'the baseline does not hold, or in another configuration,',
  'other-data': 'other data than the baseline’s have',
};

/** A line for each difference and for what was not compared, then how many cells there are of each verdict. */
export function definitionText(rows: readonly DefinitionRow[]): string {
  const lines = rows.flatMap(({ suite, profile, cell, verdict, differences }) =>
    differences.map((text) => `${verdict.padEnd(10)}  ${suite}, ${profile}: ${cell}: ${text}`),
  );
  for (const { place, says, remedy, cells } of leftOut(rows)) {
    lines.push(`${place}: ${says} ${cells.length} cells: ${cells.join(', ')}${remedy === null ? '' : ` (${remedy})`}`);
  }
  return `${[...lines, totalOf(rows)].join('\n')}\n`;
}

/** The same for a pull request: what changed in words, once for all cells of which it is true. */
export function definitionMarkdown(rows: readonly DefinitionRow[]): string {
  const changes = grouped(
    rows.flatMap((row) => row.differences.map((difference) => ({ ...row, difference }))),
    ({ suite, profile, verdict, difference }) => JSON.stringify([suite, profile, verdict, difference]),
  );
  const columns = ['suite', 'profile', 'verdict', 'what differs from the baseline', 'cells'];
  const tableRows = [...changes.values()].map((own) => {
    const [{ suite, profile, verdict, difference }] = own as [(typeof own)[number]];
    const all = rows.filter((row) => row.suite === suite && row.profile === profile).length;
    const cells = own.length === all && all > 1 ? `all ${all}` : someOf(own.map(({ cell }) => cell));
    return [suite, profile, verdict, difference, cells];
  });
  const notes = leftOut(rows).map(({ place, says, remedy, cells }) => {
    return `${place}: ${says} ${counted(cells.length, 'cell')}.${remedy === null ? '' : ` Remedy: ${remedy}.`}`;
  });
  const blocks: Block[] = [text(totalOf(rows))];
  if (tableRows.length > 0) {
    blocks.push({
      kind: 'table',
      table: { columns: columns.map((name) => ({ name, numeric: false })), rows: tableRows },
    });
  }
  if (notes.length > 0) blocks.push(list(notes));
  return markdownSection({ heading: 'What is computed', blocks });
}

/** The cells that were not compared, by suite and profile and why. */
function leftOut(rows: readonly DefinitionRow[]) {
  return Object.entries(notCompared).flatMap(([verdict, says]) => {
    const places = grouped(
      rows.filter((row) => row.verdict === verdict),
      ({ suite, profile }) => `${suite}, ${profile}`,
    );
    return [...places].map(([place, own]) => {
      const [{ suite, profile }] = own as [DefinitionRow];
      const remedy = verdict === 'undefined' ? `npm run accept -- ${suite} --profile ${profile} --complete` : null;
      return { place, says, remedy, cells: own.map(({ cell }) => cell) };
    });
  });
}

/** `40 cells: 39 equal, 1 changed.` */
function totalOf(rows: readonly DefinitionRow[]): string {
  return `${rows.length} cells: ${rows.length === 0 ? 'none' : tallyText(rows.map(({ verdict }) => verdict))}.`;
}
