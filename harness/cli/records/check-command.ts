import { readBaseline } from '../../../baselines/baseline-file.ts';
import { provenanceOf } from '../../../baselines/provenance.ts';
import { tallyText } from '../../../baselines/wording.ts';
import { text } from '../../../reports/render/document.ts';
import { markdownSection } from '../../../reports/render/markdown.ts';
import { verdictBlocks } from '../../../reports/sections/verdict-section.ts';
import { UsageError } from '../../errors.ts';
import { indented } from '../../foreign-text.ts';
import type { CellRecord, Verdict } from '../../record.ts';
import { checkAgainstBaseline, unjudgedNote } from '../../run/conclude.ts';
import { exitCodeOf, exitCodes, failsOf } from '../../run/exit-code.ts';
import { lacksOf } from '../../run/records/coverage.ts';
import { isTrial } from '../../trial-notes.ts';
import type { CommitsPlace } from '../bisect/commits-here.ts';
import { checkoutFolder } from '../checkout.ts';
import { gateOf } from '../gate.ts';
import type { Io } from '../io.ts';
import { confirmLost } from './confirm-lost.ts';
import { type Beside, readStoredRuns, type StoredRun, type StoredRunOptions } from './stored-run.ts';

export interface CheckCommandOptions extends StoredRunOptions {
  strict?: boolean;
  /** Whether the accepted commit is run on the cells that diverged. */
  confirm?: boolean;
  data?: string;
  json?: boolean;
  /** For the summary of a job. */
  markdown?: boolean;
}

/** Prints the verdicts of existing records against the stored baselines, and what has no record. Writes no file. */
export async function checkCommand(
  name: string | undefined,
  options: CheckCommandOptions,
  io: Io,
  place: CommitsPlace = { root: checkoutFolder() },
): Promise<number> {
  const runs = await readStoredRuns(name, options, io, namesInBaseline(io));
  const records = runs.flatMap((run) => run.records);
  const missing = runs.flatMap((run) => run.missing);
  refuseTrialsAlone(records, io);
  const verdicts: Verdict[] = [];
  const baselineNotes: string[] = [];
  const strict = options.strict === true;
  const fails = {
    inconclusive: strict,
    unaccepted: runs.some(({ profile }) => failsOf(profile, strict).unaccepted),
    drift: false,
  };
  for (const { suite, profile, profileSpec, run, records: own } of runs) {
    const gate = gateOf(suite, profile, options.only);
    const { night } = run ?? {};
    const { margin } = profileSpec;
    const escalates = run?.options.escalate === true;
    const settings = { suite: suite.name, profile, night, margin, gate, escalates, baselinesDir: io.baselinesDir };
    const { baseline, verdicts: judged, notes } = await checkAgainstBaseline(own, settings);
    const of = { suite: suite.name, profile, baseline, data: options.data };
    const found = options.confirm === true ? await confirmLost(judged, own, of, io, place) : judged;
    if (found === null) return exitCodes.interrupted;
    verdicts.push(...found);
    if (found.some(({ verdict }) => verdict === 'drift')) fails.drift ||= failsOf(profile, strict).drift;
    const note = unjudgedNote(own, found, settings);
    if (note !== null) io.stderr.write(`${note}\n`);
    if (baseline !== null) {
      baselineNotes.push(`Baseline of ${suite.name}, ${profile}: ${provenanceOf(baseline)}.`, ...notes);
    }
  }
  if (verdicts.length === 0) refuseNothing(runs, options.only);
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  } else if (options.markdown === true) {
    const found = verdictBlocks(verdicts, missing);
    const blocks = [...baselineNotes.map(text), text(`${totalOf(verdicts, missing)}.`), ...found];
    io.stdout.write(markdownSection({ heading: 'Check against the baseline', blocks }));
  } else {
    for (const line of baselineNotes) io.stdout.write(`${line}\n`);
    const line = (verdict: string, reason: string) => {
      const head = `${verdict.padEnd(12)}  `;
      io.stdout.write(`${head}${indented(reason, head.length)}\n`);
    };
    for (const { verdict, reason } of verdicts) line(verdict, reason);
    for (const cell of missing) line('missing', `${cell}: was planned, but has no record.`);
    io.stdout.write(`${totalOf(verdicts, missing)}.\n`);
  }
  const lacking = runs.flatMap(tellLacks(io));
  return exitCodeOf({
    records,
    verdicts,
    fails,
    interrupted: false,
    whole: lacking.length === 0,
  });
}

/** What `--only` may choose beside what a folder holds: entries of the baseline that no plan holds any more. */
export function namesInBaseline(io: Io): Beside {
  return async ({ suite, profile }) => {
    return ((await readBaseline(suite, profile, io.baselinesDir))?.cells ?? []).map(({ cell }) => cell);
  };
}

/** Tells which records are left out because they were tried out. Throws UsageError where no other is there. */
function refuseTrialsAlone(records: readonly CellRecord[], io: Io): void {
  const trials = records.filter(isTrial);
  if (trials.length === 0) return;
  const names = trials.map(({ cell }) => cell).join(', ');
  if (trials.length < records.length) {
    io.stderr.write(`Left out, as they were tried out with --set or --limit: ${names}.\n`);
    return;
  }
  throw new UsageError(
    `check: all records were tried out with --set or --limit, and meet no baseline: ${names}. Run the suite without.`,
  );
}

/**
 * Throws UsageError where `--only` chooses nothing but entries of a baseline that no folder holds or owes: there is
 * nothing that could pass.
 */
function refuseNothing(runs: readonly StoredRun[], only: readonly string[] | undefined): void {
  if (only === undefined || runs.some(({ records, missing }) => records.length + missing.length > 0)) return;
  const folders = [...new Set(runs.map(({ outDir }) => outDir))].join(', ');
  throw new UsageError(
    `check: --only ${only.join(' ')} chooses entries of the baseline alone, of which ${folders} neither holds nor owes a ` +
      'record. Name cells of that run, or the folder of a run that has them with --out.',
  );
}

/** Tells what a run lacks: cells that are not there cannot have passed. */
function tellLacks(io: Io): (run: StoredRun) => string[] {
  return (run) => {
    const lacks = lacksOf(run);
    const { outDir } = run;
    for (const lack of lacks) io.stderr.write(`${outDir}: ${lack}\n`);
    if (lacks.length > 0) {
      io.stderr.write(`${outDir}: run the suite into it to the end, as before: it goes on where it stopped.\n`);
    }
    return lacks;
  };
}

/** `3 cells: 2 pass, 1 missing; groups of arms: 1 regressed`. */
function totalOf(verdicts: readonly Verdict[], missing: readonly string[]): string {
  const [cells, groups] = [verdicts.filter(({ id }) => id !== null), verdicts.filter(({ id }) => id === null)];
  const ofCells = [...cells.map(({ verdict }) => verdict), ...missing.map(() => 'missing')];
  const ofGroups = groups.length === 0 ? '' : `; groups of arms: ${tallyText(groups.map(({ verdict }) => verdict))}`;
  return `${ofCells.length === 0 ? 'No cell was judged' : `${ofCells.length} cells: ${tallyText(ofCells)}`}${ofGroups}`;
}
