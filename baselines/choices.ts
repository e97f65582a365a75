import { tunedConfigurationOf } from '../harness/cell-id.ts';
import { tunedArmOf } from '../harness/cell-name.ts';
import { UsageError } from '../harness/errors.ts';
import type { FinishedRecord } from '../harness/record.ts';
import type { ValidationWords } from '../harness/spec/kind-words.ts';
import { wordsOfKind } from '../harness/spec/kinds.ts';
import type { SharedDecay, TuningChoice } from '../harness/spec/tuning.ts';
import { factorOf } from '../harness/spec/words.ts';
import { grouped, seedsBy } from './arms.ts';
import { mean, sampleDeviation } from './moments.ts';

/** Which learning rate and λ the held-out examples choose: of the cells that `tune` has trained. */

/** A point of an arm's grid, with its validation seed by seed; null: the training diverged. */
interface Tried {
  learning_rate: number;
  decay: number | null;
  values: (number | null)[];
}

/**
 * The choice for each arm: the point of the best mean on the held-out examples, the first of equal ones. A point with a
 * training that diverged is not chosen. Arms on which no learning rate was tried get none.
 *
 * @param records of whole grids
 * @throws UsageError where an arm was trained on several data, holds nothing out, or diverged at every point
 */
export function choicesOf(records: readonly FinishedRecord[]): TuningChoice[] {
  const tuned = records.filter((record) => factorOf(record, 'learning_rate') !== null);
  return [...grouped(tuned, tunedArmOf)].map(([arm, members]) => {
    const [first] = members as [FinishedRecord, ...FinishedRecord[]];
    const { value: by, better } = validationOf(first);
    const grid = gridOf(members);
    const chosen = bestOf(grid, better);
    if (chosen === null)
      throw new UsageError(`${arm}: every training of the grid diverged; try smaller learning rates.`);
    const data = [...new Set(members.map(({ fingerprint }) => fingerprint.data))];
    if (data.length > 1)
      throw new UsageError(`${arm}: its grid was trained on several data; run it again with --fresh.`);
    const macs = members.map(({ training_macs: own }) => own);
    return {
      arm,
      configuration: tunedConfigurationOf(first.config),
      learning_rate: chosen.learning_rate,
      decay: chosen.decay,
      by,
      better,
      grid,
      cells: members.length,
      training_macs: macs.includes(null) ? null : macs.reduce<number>((sum, own) => sum + (own ?? 0), 0),
      data: data[0]!,
    };
  });
}

/**
 * λ for all arms: the largest tried at which the dense network, at the learning rate of all arms, is not worse than
 * without decay by more than the standard error of the paired differences. Null where that was not tried, or with fewer
 * than two seeds.
 *
 * @param sharedRate the learning rate of all arms
 */
export function sharedDecayOf(records: readonly FinishedRecord[], sharedRate: number): SharedDecay | null {
  const dense = records.filter((record) => factorOf(record, 'method') === 'dense' && rateOf(record) === sharedRate);
  const [first] = dense;
  if (first === undefined) return null;
  const { value: by, better } = validationOf(first);
  const sign = better === 'higher' ? 1 : -1;
  const bySeed = (members: readonly FinishedRecord[]) => new Map(members.map((one) => [one.seed, validated(one)]));
  const plain = bySeed(dense.filter((record) => factorOf(record, 'regularizer') === 'none'));
  const reference = [...plain.values()].filter((value) => value !== null);
  if (reference.length < 2 || reference.length < plain.size) return null;
  const decayed = dense.filter((record) => factorOf(record, 'decay') !== null);
  const tried = [...grouped(decayed, (record) => Number(factorOf(record, 'decay')))]
    .map(([decay, members]) => {
      const values = bySeed(members);
      const gains = [...values].flatMap(([seed, value]) => {
        const before = plain.get(seed) ?? null;
        return value === null || before === null ? [] : [sign * (value - before)];
      });
      const error = (sampleDeviation(gains) ?? Number.NaN) / Math.sqrt(gains.length);
      const admitted = gains.length === plain.size && mean(gains)! >= -error;
      return { decay, values: [...values.values()], admitted };
    })
    .sort((left, right) => left.decay - right.decay);
  const decay = tried.findLast(({ admitted }) => admitted)?.decay;
  if (decay === undefined) return null;
  return { decay, learning_rate: sharedRate, arm: tunedArmOf(first), by, reference, tried };
}

function gridOf(members: readonly FinishedRecord[]): Tried[] {
  const points = seedsBy(members, (record) => JSON.stringify([rateOf(record), factorOf(record, 'decay')]));
  return [...points.values()]
    .map((same) => {
      const decay = factorOf(same[0]!, 'decay');
      return {
        learning_rate: rateOf(same[0]!),
        decay: decay === null ? null : Number(decay),
        values: same.map(validated),
      };
    })
    .sort((left, right) => left.learning_rate - right.learning_rate || (left.decay ?? 0) - (right.decay ?? 0));
}

function bestOf(grid: readonly Tried[], better: 'higher' | 'lower'): Tried | null {
  let [chosen, most]: [Tried | null, number] = [null, Number.NEGATIVE_INFINITY];
  for (const point of grid) {
    const values = point.values.filter((value) => value !== null);
    if (values.length < point.values.length) continue;
    const gain = (better === 'higher' ? 1 : -1) * mean(values)!;
    if (gain > most) [chosen, most] = [point, gain];
  }
  return chosen;
}

function rateOf({ kind, config }: FinishedRecord): number {
  return wordsOfKind(kind).rates(config).learning_rate ?? Number.NaN;
}

function validationOf({ kind, cell }: FinishedRecord): ValidationWords {
  const { validation } = wordsOfKind(kind);
  if (validation === undefined) throw new UsageError(`${cell}: its kind holds no examples out, so nothing can choose.`);
  return validation;
}

/** What the held-out examples say of a training; null: it diverged. */
function validated(record: FinishedRecord): number | null {
  const { value, better, at } = validationOf(record);
  if (record.status === 'diverged') return null;
  const measured = record.curve.flatMap(({ values }) => values[value] ?? []);
  if (measured.length === 0) {
    throw new UsageError(`${record.cell}: no examples are held out of its training data, so nothing can choose.`);
  }
  if (at === 'last') return measured.at(-1)!;
  return better === 'higher' ? Math.max(...measured) : Math.min(...measured);
}
