import { counted } from '../../baselines/wording.ts';
import { cellCommand } from '../../harness/cell-command.ts';
import { arithmeticOf } from '../../harness/fingerprint.ts';
import { type CellRecord, errorOf } from '../../harness/record.ts';
import { wordsOfKind } from '../../harness/spec/kinds.ts';
import type { Section } from '../render/document.ts';
import { code, list, table, text } from '../render/document.ts';
import type { ReportInput } from '../report-input.ts';

/** What ran: suite, data, seeds, machine, time; and what the program and the profile have to say about it. */
export function runSection({ suite, profile, records, notes }: ReportInput): Section {
  const facts = [`Suite ${suite}, profile ${profile}.`];
  if (records.length > 0) {
    const seeds = distinct(records, (record) => String(record.seed));
    const data = distinct(records, dataOf);
    if (records.some(({ dataset }) => dataset !== null)) facts.push(`Data: ${recorded(data)}.`);
    facts.push(`Seeds: ${seeds.join(', ')}.`);
    facts.push(`Machine: ${recorded(distinct(records, machineOf))}.`);
    facts.push(
      `Time: ${records.map((r) => r.started_at).sort()[0]} to ${records
        .map((r) => r.finished_at)
        .sort()
        .at(-1)}.`,
    );
  }
  const warnings = distinct(
    records.flatMap((record) => record.warnings),
    (warning) => warning,
  );
  return {
    heading: 'What ran',
    blocks: [list([...facts, ...notes]), ...(warnings.length > 0 ? [text('Warnings:'), list(warnings)] : [])],
  };
}

/** Null for a cell without data, or that ended before they were loaded. */
function dataOf(record: CellRecord): string | null {
  if (record.status === 'failed' || record.data_source === null) return null;
  const { kind, dataset, data_source, train_examples, validation_examples = null, test_examples } = record;
  const validation = validation_examples === null ? '' : `, ${validation_examples} validation`;
  const counts = `${train_examples ?? 'unknown'} training${validation} and ${test_examples ?? 'unknown'} test`;
  const examples = `${counts} ${wordsOfKind(kind).examples}`;
  return data_source === 'files' ? `${dataset}, from files, ${examples}` : `generated, ${examples}`;
}

/** Null for a cell that ended before its environment was recorded. */
function machineOf(record: CellRecord): string | null {
  if (record.status === 'failed') return null;
  const { device, instruction_set, threads, engine, tensorflow } = record.fingerprint;
  const arithmetic = `${arithmeticOf(record.fingerprint)} arithmetic`;
  return `${device}, ${instruction_set}, ${arithmetic}, ${counted(threads, 'thread')}, ${engine}, TensorFlow ${tensorflow}`;
}

function distinct<T>(items: readonly T[], textOf: (item: T) => string | null): string[] {
  return [...new Set(items.map(textOf).filter((text) => text !== null))];
}

function recorded(texts: readonly string[]): string {
  return texts.length === 0 ? 'not recorded' : texts.join('; ');
}

/** Cells without a result, with their error; no section where every cell completed. */
export function troubleSection(records: readonly CellRecord[]): Section | null {
  const trouble = records.filter((record) => record.status !== 'completed');
  if (trouble.length === 0) return null;
  const columns = [
    { name: 'cell', cell: (record: CellRecord) => record.cell },
    { name: 'status', cell: (record: CellRecord) => record.status },
    { name: 'error', cell: (record: CellRecord) => errorOf(record) ?? '' },
  ];
  return { heading: 'Failed and diverged cells', blocks: [table(trouble, columns)] };
}

/** The command that runs one cell again, into a folder of its own. */
export function reproduceSection({ records, dataDir = null, night, command }: ReportInput): Section | null {
  const example = records.find((record) => record.status === 'completed') ?? records[0];
  if (!example) return null;
  return {
    heading: 'How to reproduce a cell',
    blocks: [
      text('Name the cell; this one as an example. The record in the output folder holds the digest of its weights.'),
      code(cellCommand(example, { dataDir, night, command, further: ['--out', 'reports/out/again'] })),
    ],
  };
}
