import { tunedConfigurationOf } from '../harness/cell-id.ts';
import { tunedArmOf } from '../harness/cell-name.ts';
import { UsageError } from '../harness/errors.ts';
import type { FinishedRecord } from '../harness/record.ts';
import type { ValidationWords } from '../harness/spec/kind-words.ts';
import { wordsOfKind } from '../harness/spec/kinds.ts';
import {
  admittedDecay,
  bestPoint,
  type GridPoint,
  type SharedDecay,
  type Tuning,
  type TuningChoice,
} from '../harness/spec/tuning.ts';
import { factorOf } from '../harness/spec/words.ts';
import { mean, sampleDeviation } from '../harness/statistics/moments.ts';
import { grouped, seedsBy } from './arms.ts';

/** Which learning rate and λ the held-out examples choose: of the cells that `tune` has trained. */

/** The choices of arms, and why others have none. */
export interface Choices {
  choices: TuningChoice[];
  refusals: string[];
}

/**
 * The choice for each arm: the point of the best mean on the held-out examples, the first of equal ones. A point with a
 * training that diverged is not chosen. Arms on which no learning rate was tried get none; those that were trained on
 * several data, hold nothing out, or diverged at every point are refused by name.
 *
 * @param records of whole grids
 */
export function choicesOf(records: readonly FinishedRecord[]): Choices {
  const found: Choices = { choices: [], refusals: [] };
  for (const [arm, members] of grouped(records.filter(isOfGrid), tunedArmOf)) {
    const refusal = evidenceRefusal(members);
    const choice = refusal === null ? choiceOf(arm, members) : null;
    if (choice !== null) found.choices.push(choice);
    else found.refusals.push(`${arm}: ${refusal ?? 'every point of its grid diverged; try smaller learning rates'}`);
  }
  return found;
}

/** Whether a cell is of an arm that is tuned: one on which learning rates are tried. */
export function isOfGrid(of: Parameters<typeof factorOf>[0]): boolean {
  return factorOf(of, 'learning_rate') !== null;
}

/** The choice that trainings with evidence make; null where each point diverged. */
function choiceOf(arm: string, members: readonly FinishedRecord[]): TuningChoice | null {
  const [first] = members as [FinishedRecord, ...FinishedRecord[]];
  const { value: by, better } = validationOf(first);
  const grid = gridOf(members);
  const best = bestPoint(grid, better);
  if (best === null) return null;
  const { learning_rate, decay } = best;
  const configuration = tunedConfigurationOf(first.config);
  return { arm, configuration, learning_rate, decay, by, better, grid, ...evidenceOf(members) };
}

/** The fewest seeds by which a standard error says anything. */
const fewestSeeds = 3;

/** A mean that is lower by rounding alone is not lower. */
const rounding = 1e-9;

/**
 * λ for all arms: the largest tried at which, as at every smaller one, the dense network at the learning rate of all
 * arms is not worse than without decay by more than the standard error of the paired differences. Null where that
 * network was not tried so, or at fewer than three seeds; λ is null where it bears none.
 *
 * @param sharedRate the learning rate of all arms
 * @throws UsageError where dense networks of several models or data were tried
 */
export function sharedDecayOf(records: readonly FinishedRecord[], sharedRate: number): SharedDecay | null {
  const dense = records.filter((record) => factorOf(record, 'method') === 'dense' && rateOf(record) === sharedRate);
  const plain = dense.filter((record) => factorOf(record, 'regularizer') === 'none');
  const decayed = dense.filter((record) => factorOf(record, 'decay') !== null);
  const [first] = decayed;
  if (first === undefined || plain.length < fewestSeeds) return null;
  const places = new Set(dense.map(({ model, dataset }) => JSON.stringify([model, dataset])));
  if (places.size > 1)
    throw new UsageError('λ for all arms: dense networks of several models or data sets were tried.');
  const refusal = evidenceRefusal(dense);
  if (refusal !== null) throw new UsageError(`${tunedArmOf(first)}: ${refusal}.`);
  const { value: by, better } = validationOf(first);
  const reference = new Map(plain.map((record) => [record.seed, heldOutValue(record)]));
  const tried = [...grouped(decayed, (record) => Number(factorOf(record, 'decay')))]
    .map(([decay, members]) => {
      const values = members.map(heldOutValue);
      const gains = members.flatMap(({ seed }, at) => gainOf(values[at]!, reference.get(seed) ?? null, better));
      const error = (sampleDeviation(gains) ?? Number.NaN) / Math.sqrt(gains.length);
      const admitted = gains.length === reference.size && mean(gains)! >= -error - rounding;
      return { decay, values, admitted };
    })
    .sort((left, right) => left.decay - right.decay);
  return {
    decay: admittedDecay(tried),
    learning_rate: sharedRate,
    arm: tunedArmOf(first),
    configuration: tunedConfigurationOf(first.config),
    by,
    better,
    reference: [...reference.values()],
    tried,
    ...evidenceOf(dense),
  };
}

/** What one seed gains by decay; none where either training diverged. */
function gainOf(value: number | null, before: number | null, better: 'higher' | 'lower'): number[] {
  if (value === null || before === null) return [];
  return [better === 'higher' ? value - before : before - value];
}

/** Why trainings together say nothing; null where they do. */
function evidenceRefusal(members: readonly FinishedRecord[]): string | null {
  const [{ kind }] = members as [FinishedRecord, ...FinishedRecord[]];
  const { validation } = wordsOfKind(kind);
  const measures = ({ curve }: FinishedRecord) => curve.some(({ values }) => values[validation?.value ?? ''] != null);
  if (validation === undefined || members.some((record) => record.status !== 'diverged' && !measures(record))) {
    return 'no examples are held out of its training data, so nothing can choose';
  }
  if (new Set(members.map(({ fingerprint }) => fingerprint.data)).size === 1) return null;
  return 'its grid was trained on several data; run it again with --fresh';
}

/** What trainings on one data set cost. */
function evidenceOf(members: readonly FinishedRecord[]): Tuning {
  const macs = members.map(({ training_macs: own }) => own);
  return {
    cells: members.length,
    training_macs: macs.includes(null) ? null : macs.reduce<number>((sum, own) => sum + (own ?? 0), 0),
    data: members[0]!.fingerprint.data,
  };
}

function gridOf(members: readonly FinishedRecord[]): GridPoint[] {
  const points = seedsBy(members, (record) => JSON.stringify([rateOf(record), factorOf(record, 'decay')]));
  return [...points.values()]
    .map((same) => {
      const decay = factorOf(same[0]!, 'decay');
      return {
        learning_rate: rateOf(same[0]!),
        decay: decay === null ? null : Number(decay),
        values: same.map(heldOutValue),
      };
    })
    .sort((left, right) => left.learning_rate - right.learning_rate || (left.decay ?? 0) - (right.decay ?? 0));
}

function rateOf({ kind, config }: FinishedRecord): number {
  return wordsOfKind(kind).rates(config).learning_rate ?? Number.NaN;
}

function validationOf({ kind }: FinishedRecord): ValidationWords {
  const { validation } = wordsOfKind(kind);
  if (validation === undefined) throw new Error(`kind ${kind} holds no examples out`);
  return validation;
}

/** What the held-out examples say of a training; null: it diverged, or none were held out. */
export function heldOutValue(record: FinishedRecord): number | null {
  const { validation } = wordsOfKind(record.kind);
  if (validation === undefined || record.status === 'diverged') return null;
  const { value, better, at } = validation;
  const measured = record.curve.flatMap(({ values }) => values[value] ?? []);
  if (at === 'last' || measured.length === 0) return measured.at(-1) ?? null;
  return better === 'higher' ? Math.max(...measured) : Math.min(...measured);
}
