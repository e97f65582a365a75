import { definitionChanges } from '../../baselines/definition-changes.ts';
import { seedOf } from '../cell-name.ts';
import { UsageError } from '../errors.ts';
import type { Definition } from '../spec/definition.ts';
import { wordsOfKind } from '../spec/kinds.ts';
import { metricOf } from '../spec/metrics.ts';
import type { AskedCommits } from './asked-commits.ts';
import type { Way } from './bisect-state.ts';
import type { Asked, Trained } from './commit-runner.ts';
import { type Commit, type Position, seedsForCommits } from './commits.ts';
import { type Placed, placeChange } from './position-search.ts';
import { type EndValues, placeBySeeds, seedStep } from './seed-search.ts';

/** The commit that brought a change, by the cheapest way that tells the ends apart. */

export interface BisectOptions {
  /** From the good to the bad one. */
  positions: readonly Position[];
  asked: AskedCommits;
  /** The cell that is asked about. */
  cell: string;
  kind: string;
  /** Left out: the first way that tells the ends apart. */
  by?: Way | undefined;
}

export interface Skipped extends Commit {
  why: string;
}

/** Where a change came from. */
export interface FoundChange {
  by: Way;
  /** One of them brought it: several where commits between could not be asked, or hold the same code. */
  suspects: Commit[];
  /** What could not be asked. */
  skipped: Skipped[];
  /** What changed, a clause each. */
  differences: string[];
  /** That it is one of the suspects; null: it is exact. */
  probability: number | null;
  /** How the ends differ; null: not by seeds. */
  ends: EndValues | null;
}

export interface BisectResult {
  /** Null: nothing tells the ends apart, as the last note says. */
  found: FoundChange | null;
  /** What was tried before, and what is to be known of the answer, a sentence each. */
  notes: string[];
}

/**
 * Places the change between the ends: without training by what they would compute; else by the exact results of one
 * cell, if the first commit repeats them; else by the values of fresh seeds.
 *
 * @throws UsageError where an end cannot be asked
 */
export async function bisect(options: BisectOptions): Promise<BisectResult> {
  const { by, positions } = options;
  const notes: string[] = [];
  if (positions.length < 2) {
    return { found: null, notes: ['The commits between the ends hold the same code: none of them changed a result.'] };
  }
  for (const [way, search] of Object.entries(searches) as [Way, Search][]) {
    if (by !== undefined && by !== way) continue;
    const outcome = await search(options);
    notes.push(...outcome.notes);
    if (outcome.found !== null || outcome.isEnd) return { found: outcome.found, notes };
  }
  return { found: null, notes };
}

/** What one way came to. */
interface Outcome extends BisectResult {
  /** Whether no further way can tell more. */
  isEnd: boolean;
}

type Search = (options: BisectOptions) => Promise<Outcome>;

const nothing = (note: string, isEnd = false): Outcome => ({ found: null, notes: [note], isEnd });
const searches: Record<Way, Search> = { definition: byDefinition, weights: byWeights, seeds: bySeeds };

async function byDefinition({ positions, asked, kind }: BisectOptions): Promise<Outcome> {
  const definitionAt = async (at: number): Promise<Asked<Definition>> => {
    const defined = await asked.define(shaAt(positions, at));
    if ('skipped' in defined) return defined;
    const { definition } = defined.answer;
    return definition === null ? { skipped: 'the cell tells no definition there' } : { answer: definition };
  };
  const [good, bad] = [await definitionAt(0), await definitionAt(positions.length - 1)];
  const untold = (which: string, why: string) => nothing(`Not by definition: the ${which} commit tells none (${why}).`);
  if ('skipped' in good) return untold('good', good.skipped);
  if ('skipped' in bad) return untold('bad', bad.skipped);
  if (changesOf(good.answer, bad.answer, kind).length === 0) {
    return nothing('The ends would compute the same: their definitions are equal.');
  }
  const reasons = new Map<number, string>();
  const placed = await placeChange(positions.length, async (at) => {
    const one = await definitionAt(at);
    if ('answer' in one) return changesOf(good.answer, one.answer, kind).length > 0;
    reasons.set(at, one.skipped);
    return null;
  });
  const [before, after] = [await definitionAt(placed.first - 1), await definitionAt(placed.last)];
  const differences = 'answer' in before && 'answer' in after ? changesOf(before.answer, after.answer, kind) : [];
  return placedOutcome('definition', positions, placed, { reasons, differences });
}

function changesOf(before: Definition, after: Definition, kind: string): string[] {
  const data = before.data === after.data ? [] : [`the data are others: ${after.data} instead of ${before.data}`];
  return [...data, ...definitionChanges(before, after, wordsOfKind(kind).at)];
}

async function byWeights({ positions, asked, cell }: BisectOptions): Promise<Outcome> {
  const seeds = [seedOf(cell)];
  const trainedAt = async (at: number, place = 'once') => one(await asked.train(shaAt(positions, at), seeds, place));
  const last = positions.length - 1;
  const same = await sameProgram(positions, asked);
  if (same !== null) return same;
  const good = endOf('--good', await trainedAt(0));
  const again = endOf('--good', await trainedAt(0, 'again'));
  if (differenceOf(good, again) !== null) {
    return nothing('Not by weights: the good commit, trained twice here, gave different bits.');
  }
  const bad = endOf('--bad', await trainedAt(last));
  const difference = differenceOf(good, bad);
  if (difference === null) {
    return nothing(
      'Both ends train to the same bits here: no commit between them changed this cell; look at the environment.',
      true,
    );
  }
  const reasons = new Map<number, string>();
  const placed = await placeChange(positions.length, async (at) => {
    const trained = await trainedAt(at);
    if ('answer' in trained) return differenceOf(good, trained.answer) !== null;
    reasons.set(at, trained.skipped);
    return null;
  });
  const note =
    'It is the first commit with other bits than the good one, which a harmless change of rounding has too: where it ' +
    'does not explain a loss, ask --by seeds.';
  const outcome = placedOutcome('weights', positions, placed, { reasons, differences: [difference] });
  return { ...outcome, notes: [note] };
}

async function sameProgram(positions: readonly Position[], asked: AskedCommits): Promise<Outcome | null> {
  const [good, bad] = [0, positions.length - 1].map((at) => shaAt(positions, at));
  if (!(await asked.areOne(good!, bad!))) return null;
  return nothing(
    'Both ends are one program with one configuration: no commit between them can have changed a result; look at the ' +
      'environment.',
    true,
  );
}

/** What of two trainings of a cell is not the same to the bit; null: nothing. */
function differenceOf(before: Trained, after: Trained): string | null {
  if (before.status !== after.status) return `${after.status}, where it was ${before.status}`;
  if (before.weights !== after.weights) {
    const [was, is] = [before, after].map(({ weights }) => weights?.slice(0, 16) ?? 'none');
    return `other weights: ${is} instead of ${was}; ${after.metric} ${after.value} instead of ${before.value}`;
  }
  if (before.measures === after.measures) return null;
  return `other measures of the same weights: ${after.measures} instead of ${before.measures}`;
}

async function bySeeds({ positions, asked }: BisectOptions): Promise<Outcome> {
  const same = await sameProgram(positions, asked);
  if (same !== null) return same;
  const reasons = new Map<number, string>();
  const last = positions.length - 1;
  let metric: string | null = null;
  const draw = async (at: number, number: number) => {
    const trained = await asked.train(shaAt(positions, at), seedsForCommits(number), 'seeds');
    if ('skipped' in trained) {
      if (at === 0 || at === last) endOf(at === 0 ? '--good' : '--bad', trained);
      reasons.set(at, trained.skipped);
      return null;
    }
    metric ??= trained.answer[0]?.metric ?? null;
    return trained.answer.map(({ value }) => value);
  };
  // Which way is worse is known with the first record.
  await draw(0, seedStep);
  const placed = await placeBySeeds(positions.length, draw, metric !== null && isLess(metric) ? 'higher' : 'lower');
  if ('notApart' in placed) {
    const { good, bad, sd, seeds, p } = placed.notApart;
    return nothing(
      `The ends cannot be told apart: ${metric} ${shown(good)} and ${shown(bad)} in the mean over ${seeds} seeds each, ` +
        `standard deviation ${shown(sd)}, p ${p === null ? 'none' : p.toFixed(2)}.`,
      true,
    );
  }
  const { good, bad } = placed.ends;
  const differences = [`${metric} ${shown(bad)} instead of ${shown(good)} in the mean over seeds`];
  const outcome = placedOutcome('seeds', positions, placed, { reasons, differences });
  if (outcome.found === null) return outcome;
  return { ...outcome, found: { ...outcome.found, probability: placed.probability, ends: placed.ends } };
}

const isLess = (metric: string) => metricOf(metric).better === 'lower';
const shown = (value: number | null) => (value === null ? 'none' : String(Number(value.toPrecision(4))));

function placedOutcome(
  by: Way,
  positions: readonly Position[],
  { first, last, marks }: Placed,
  { reasons, differences }: { reasons: ReadonlyMap<number, string>; differences: string[] },
): Outcome {
  const skipped = [...marks.entries()].flatMap(([at, mark]): Skipped[] =>
    mark === 'skipped' ? [{ ...positions[at]!.commits[0], why: reasons.get(at) ?? 'it could not be asked' }] : [],
  );
  // Of commits of the same code, the first one brought it.
  const suspects = positions.slice(first, last + 1).map(({ commits: [commit] }) => commit);
  const found = { by, suspects, skipped, differences, probability: null, ends: null };
  return { found, notes: [], isEnd: true };
}

function shaAt(positions: readonly Position[], at: number): string {
  return positions[at]!.commits[0].sha;
}

function one(asked: Asked<Trained[]>): Asked<Trained> {
  if ('skipped' in asked) return asked;
  const [first] = asked.answer;
  return first === undefined ? { skipped: 'it trained nothing' } : { answer: first };
}

/** What an end answered: without it there is nothing to search between. */
function endOf<T>(option: '--good' | '--bad', asked: Asked<T>): T {
  if ('answer' in asked) return asked.answer;
  throw new UsageError(`${option}: the commit cannot be asked: ${asked.skipped}; name another one.`);
}
