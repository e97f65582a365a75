import { readTuning } from '../../../baselines/tuning-file.ts';
import { UsageError } from '../../errors.ts';
import type { Arithmetic } from '../../fingerprint.ts';
import { neededDatasets, planCells } from '../../plan/plan.ts';
import { type Defined, type DefineOptions, defineCells } from '../../run/define-cells.ts';
import type { DataFolders } from '../../run/protocol.ts';
import { fileDatasetOf } from '../../run/run-data.ts';
import type { Cell, PlannedCell } from '../../spec/cell.ts';
import { profileNames } from '../../spec/words.ts';
import { workerPath } from '../checkout.ts';
import type { Io } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { arithmeticFor, ownProcessor } from '../run/arithmetic.ts';
import { findData, planned } from '../run/plan-command.ts';
import type { SelectedSuite } from '../run/select-suite.ts';

export interface DefinitionPlanOptions {
  only?: string[] | undefined;
  data?: string | undefined;
  /** Replicates instead of the profile's number. */
  seeds?: number | undefined;
}

/** The cells of a profile that can be defined here. */
export interface DefinitionPlan extends SelectedSuite {
  cells: PlannedCell[];
  dataFolders: DataFolders;
  /** Cells whose data are not here. */
  absent: PlannedCell[];
}

export interface DefinePlannedOptions extends Pick<DefineOptions, 'env' | 'signal'> {
  jobs?: number | undefined;
  /** Left out: one. */
  threads?: number | undefined;
  arithmetic?: Arithmetic | undefined;
}

/**
 * Defines cells of a plan: with portable arithmetic wherever the processor can, whatever the profile runs with, so that
 * first steps have the same bits everywhere; or as the options say.
 */
export function definePlanned<C extends Cell>(
  cells: readonly C[],
  { dataFolders }: Pick<DefinitionPlan, 'dataFolders'>,
  { jobs = defaultJobs(1), threads = 1, ...options }: DefinePlannedOptions,
  io: Io,
): Promise<Map<string, Defined>> {
  const { arithmetic = arithmeticFor({ device: 'cpu' }, 'smoke', ownProcessor()) } = options;
  const entry = io.workerPath ?? workerPath();
  return defineCells(cells, { ...options, workerPath: entry, dataFolders, threads, arithmetic, jobs });
}

/** Says which cells of a plan cannot be defined; null where all can. */
export function absentText({ suite, profile, absent }: DefinitionPlan): string | null {
  if (absent.length === 0) return null;
  const names = [...new Set(absent.map(({ dataset }) => dataset))].join(', ');
  return `${suite.name}, ${profile}: ${absent.length} cells are left out, as ${names} was not found; give --data DIR.\n`;
}

/** Plans the cells of a profile that are to be defined. */
export async function planDefinitions(
  selected: SelectedSuite,
  { only, data, seeds }: DefinitionPlanOptions,
  io: Io,
): Promise<DefinitionPlan> {
  const { suite, profile } = selected;
  const stored = await readTuning(suite.name, profile, io.baselinesDir);
  const asked = { seeds, only, choices: stored?.choices ?? [], untuned: 'refused' } as const;
  const needed = neededDatasets(suite, profile, asked);
  const dataFolders = await findData(
    needed.map(({ name }) => name),
    data === undefined ? {} : { data },
    io,
  );
  const refuse = (reason: string) => void io.stderr.write(`${reason}\n`);
  const all = planCells(suite, profile, { ...asked, present: planned(needed, dataFolders) }, refuse);
  const isAbsent = (cell: PlannedCell) => {
    const dataset = fileDatasetOf(cell);
    return dataset !== null && dataFolders[dataset] === undefined;
  };
  const absent = all.filter(isAbsent);
  return { ...selected, cells: all.filter((cell) => !isAbsent(cell)), dataFolders, absent };
}

/** The profiles of a suite that are asked for; those that others have and this one lacks are passed over. */
export function profilesFor(
  { profiles, name }: SelectedSuite['suite'],
  asked: readonly string[] | undefined,
): SelectedSuite['profile'][] {
  const having = profileNames.filter((profile) => profiles[profile] !== undefined);
  const wanted = asked ?? ['smoke', 'nightly'];
  const unknown = wanted.find((profile) => !profileNames.some((name) => name === profile));
  if (unknown !== undefined) throw new UsageError(`--profile ${unknown}: suite ${name} has: ${having.join(', ')}.`);
  return having.filter((profile) => wanted.includes(profile));
}
