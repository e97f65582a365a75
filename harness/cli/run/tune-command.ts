import { grouped } from '../../../baselines/arms.ts';
import { choicesOf, isOfGrid, sharedDecayOf } from '../../../baselines/choices.ts';
import { readTuning, writeTuning } from '../../../baselines/tuning-file.ts';
import { tunedArmOf } from '../../cell-name.ts';
import { planCells } from '../../plan/plan.ts';
import { tuningSuite } from '../../plan/tuned.ts';
import type { CellRecord, FinishedRecord } from '../../record.ts';
import { exitCodes } from '../../run/exit-code.ts';
import { readVersions } from '../../run/records/run-file.ts';
import { runSuite } from '../../run/run-suite.ts';
import type { PlannedCell } from '../../spec/cell.ts';
import { dataFolderNames } from '../../spec/datasets.ts';
import { wordsOfKind } from '../../spec/kinds.ts';
import { bestPoint, type SharedDecay, type TuningChoice, type TuningFile, tuningVersion } from '../../spec/tuning.ts';
import { factorOf } from '../../spec/words.ts';
import { mean, measuredOnly } from '../../statistics/moments.ts';
import { checkoutFolder } from '../checkout.ts';
import { type Io, table, withInterruption } from '../io.ts';
import { defaultJobs } from '../parse-options.ts';
import { planSelected, planText } from './plan-command.ts';
import { outputFolder, type SelectedSuite, selectSuite } from './select-suite.ts';
import { recordedArithmetic, runOptions } from './suite-command.ts';
import type { SuiteOptions } from './suite-options.ts';

/** The options of `tune` as the command line gives them. */
export interface TuneOptions extends SuiteOptions {
  /** Print the cells of the grid and their time, and train and store nothing. */
  dryRun?: boolean;
}

/** Trains the grid of a profile's tuned arms, and stores what the held-out examples choose. */
export async function tuneCommand(
  name: string | undefined,
  options: TuneOptions,
  commandLine: string[],
  io: Io,
): Promise<number> {
  const selected = selectSuite(name, options.profile);
  const derived = tuningOf(selected);
  const { suite, profile } = selected;
  // What is stored already must be readable before hours of training.
  const stored = await readTuning(suite.name, profile, io.baselinesDir);
  const dryRun = options.dryRun === true;
  const planned = await planSelected(derived, options, io, dryRun ? 'look' : 'run', []);
  if (dryRun) {
    for (const note of [...planned.dataNotes, ...planned.notes]) io.stderr.write(`${note}\n`);
    io.stdout.write(planText(planned, options.jobs ?? defaultJobs(options.threads)));
    return exitCodes.passed;
  }
  const arithmetic = recordedArithmetic(options, profile, io.env);
  const outDir = outputFolder(options.out, suite.name, `${profile}-tuning`);
  const stream = io.stdout;
  for (const line of planned.dataNotes) stream.write(`${line}\n`);
  const versions = await readVersions(checkoutFolder());
  const result = await withInterruption(io, (signal) =>
    runSuite({
      ...runOptions({ planned, outDir, arithmetic, rates: null }, options, io),
      title: `${suite.title}: learning rates and λ`,
      notes: [...planned.notes, 'Tuning: held-out examples choose; what the tests of these cells say plays no part.'],
      check: false,
      resultOnly: true,
      commandLine,
      versions,
      signal,
      stream,
    }),
  );
  stream.write(`${result.summary.trimEnd()}\n`);
  if (result.exitCode === exitCodes.interrupted) return exitCodes.interrupted;
  if (options.shard !== undefined) {
    stream.write('A shard chooses nothing: join the folders with npm run merge, then tune with --out.\n');
    return result.exitCode;
  }
  const whole = wholeArms(planned.plan, result.records);
  const { choices, refusals } = choicesOf(whole);
  const shared = sharedDecayOf(whole, sharedRateOf(selected));
  stream.write(choicesText(choices, shared));
  const arms = new Set(planned.cells.filter(isOfGrid).map(tunedArmOf));
  const chosen = new Set(choices.map(({ arm }) => arm));
  const known = new Set(whole.map(tunedArmOf));
  for (const refusal of refusals) io.stderr.write(`${refusal}.\n`);
  for (const arm of arms) {
    if (!known.has(arm)) io.stderr.write(`${arm}: cells of its grid have no result; nothing is chosen.\n`);
  }
  if (choices.length > 0 || shared !== null) {
    const ofProfile = new Set(planned.plan.map(tunedArmOf));
    const kept = (stored?.choices ?? []).filter(({ arm }) => ofProfile.has(arm) && !chosen.has(arm));
    const tuning: TuningFile = {
      version: tuningVersion,
      suite: suite.name,
      profile,
      shared: shared ?? stored?.shared ?? null,
      choices: [...kept, ...choices],
    };
    stream.write(`Stored: ${await writeTuning(tuning, io.baselinesDir)}\n`);
  }
  return chosen.size < arms.size ? exitCodes.regressed : exitCodes.passed;
}

function tuningOf({ suite, profile }: SelectedSuite): SelectedSuite {
  const derived = tuningSuite(suite, profile);
  return { suite: derived, profile, profileSpec: derived.profiles[profile]! };
}

/** The records of the arms all of whose cells have a result. */
function wholeArms(plan: readonly PlannedCell[], records: readonly CellRecord[]): FinishedRecord[] {
  const finished = new Map(
    records.flatMap((record) => (record.status === 'failed' ? [] : [[record.id, record] as const])),
  );
  return [...grouped(plan, tunedArmOf).values()].flatMap((cells) => {
    const found = cells.flatMap(({ id }) => finished.get(id) ?? []);
    return found.length === cells.length ? found : [];
  });
}

/** The learning rate that the dense network of the profile has in the shared lane. */
function sharedRateOf({ suite, profile }: SelectedSuite): number {
  const cells = planCells(suite, profile, { present: dataFolderNames, untuned: 'counted' });
  const dense = cells.find((cell) => factorOf(cell, 'method') === 'dense') ?? cells[0]!;
  return wordsOfKind(dense.kind).rates(dense.config).learning_rate ?? Number.NaN;
}

/** What was chosen, a line an arm: rate, λ, the mean that chose it, how many points there were. */
function choicesText(choices: readonly TuningChoice[], shared: SharedDecay | null): string {
  const rows = choices.map(({ arm, learning_rate: rate, decay, by, better, grid, cells }) => {
    const best = mean(measuredOnly(bestPoint(grid, better)?.values ?? []));
    const lambda = decay === null ? 'no decay' : `λ ${decay}`;
    return [arm, `rate ${rate}`, lambda, `${by} ${best?.toFixed(4)}`, `of ${grid.length} points, ${cells} trainings`];
  });
  return `${choices.length > 0 ? `\nChosen by held-out examples:\n${table(rows)}` : ''}${sharedText(shared)}`;
}

function sharedText(shared: SharedDecay | null): string {
  if (shared === null) {
    return (
      'Nothing new on λ for all arms: that takes the dense network at their learning rate, without decay and with, at ' +
      'three seeds.\n'
    );
  }
  const { decay, learning_rate: rate, tried } = shared;
  const bears = 'not worse than without decay by more than a standard error';
  const all = tried.map((one) => one.decay).join(', ');
  if (decay === null) return `λ for all arms: at rate ${rate} the dense network is at none of ${all} ${bears}.\n`;
  const largest = Math.max(...tried.map((one) => one.decay));
  const open = decay === largest ? ' It may bear more: none larger was tried.' : '';
  return `λ for all arms by the dense network at rate ${rate}: ${decay}, the largest of ${all} up to which it is ${bears}.${open}\n`;
}
