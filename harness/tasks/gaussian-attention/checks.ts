import type { Knowledge } from '../../data/triples/knowledge.ts';
import type { AnsweredQuestion, Branch } from '../../data/triples/questions.ts';
import { softmaxValue } from '../../engine/ops/softmax.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { ExactCheck } from '../../record.ts';
import type { SortName } from '../../spec/gaussian-attention.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { symbolBatch } from './batches.ts';
import { alongPath, conjunctionOf, type Gaussian, scoreByWay, scoreOf } from './gaussian.ts';
import type { Memory } from './memory.ts';
import type { Answering } from './training.ts';

/** Quantities of a memory whose right values are known, whatever was trained. */

/** Questions that are looked at, and entities that each is held against, at most. */
const most = { questions: 32, entities: 64 };

/** Rounding of float32 in sums of squares that nearly cancel. */
const engineTolerance = 1e-3;
/** Rounding of float64. */
const exactTolerance = 1e-9;
/** Rounding of float32 in as many terms as there are entities. */
const sumTolerance = 1e-5;

/** A question, an entity, and what the engine says of both. */
interface Scored {
  readonly branches: readonly Branch[];
  readonly entity: number;
  readonly engine: number;
}

/**
 * That covariances add along paths and precisions in conjunctions, each in float64 by two ways; that the engine's scores
 * are those of float64, and with unit covariances half of the squared distance of TransE; that attention sums to one.
 */
export function attentionChecks(memory: Memory, answering: Answering, knowledge: Knowledge): ExactCheck[] {
  const [single, path, conjunction] = (['single', 'path', 'conjunction'] as const).map((sort) =>
    scoredOf(answering, knowledge, sort),
  ) as [Scored[], Scored[], Scored[]];
  const { vector, relation, condition } = valuesOf(memory);
  /** Σ_k s(v; μ_k, Σ_k) */
  const summed = ({ branches }: Pick<Scored, 'branches'>, v: Float64Array) =>
    branches.reduce((sum, branch) => sum + scoreOf(v, condition(branch)), 0);
  const own = (scored: Scored) => summed(scored, vector(scored.entity));
  const byWay = ({ branches: [branch], entity }: Scored) =>
    scoreByWay(vector(branch!.start), branch!.path.map(relation) as [Gaussian, Gaussian], vector(entity));
  const joined = (scored: Scored) => {
    const gaussian = conjunctionOf(scored.branches.map(condition));
    return summed(scored, gaussian.mean) + scoreOf(vector(scored.entity), gaussian);
  };
  const distance = ({ branches: [branch], entity }: Scored) => {
    const { mean } = alongPath(vector(branch!.start), branch!.path.map(relation));
    return -0.5 * mean.reduce((sum, value, i) => sum + (value - vector(entity)[i]!) ** 2, 0);
  };
  const engine = (scored: Scored) => scored.engine;
  const zero = (name: string, measured: number, tolerance: number): ExactCheck => {
    return { name: `${name}, relative difference`, expected: 0, measured: finiteOrNull(measured), tolerance };
  };
  const all = [...single, ...path, ...conjunction];
  return [
    ...(memory.method === 'transe'
      ? []
      : [zero('path: covariances add', relativeDifference(path, byWay, own), exactTolerance)]),
    zero('conjunction: precisions add', relativeDifference(conjunction, joined, own), exactTolerance),
    zero('scores of the engine and of float64', relativeDifference(all, engine, own), engineTolerance),
    ...(memory.method === 'trans-gaussian'
      ? []
      : [zero('facts: distance of TransE', relativeDifference(single, engine, distance), engineTolerance)]),
    {
      name: 'attention: sum over the memory',
      expected: 1,
      measured: finiteOrNull(attentionSum(answering, knowledge)),
      tolerance: sumTolerance,
    },
  ];
}

/** What the memory holds, in float64. */
function valuesOf({ method, entities, shifts, logVariances }: Memory) {
  const dimension = shifts.value.shape[1]!;
  const [vectors, means, logs] = [entities, shifts, logVariances].map((variable) => variable?.value.dataSync() ?? null);
  const rowOf = (values: ArrayLike<number>, row: number) =>
    Float64Array.from({ length: dimension }, (_, i) => values[row * dimension + i]!);
  const vector = (entity: number) => rowOf(vectors!, entity);
  const relation = (index: number): Gaussian => {
    const variance = logs === null ? new Float64Array(dimension).fill(1) : rowOf(logs!, index).map(Math.exp);
    return { mean: rowOf(means!, index), variance };
  };
  const condition = ({ start, path }: Branch): Gaussian => {
    const along = alongPath(vector(start), path.map(relation));
    return method === 'transe' ? { ...along, variance: along.variance.fill(1) } : along;
  };
  return { vector, relation, condition };
}

function firstOf({ test }: Knowledge, sort: SortName): readonly AnsweredQuestion[] {
  return test[sort].slice(0, most.questions);
}

/** The engine's scores of a sort's first test questions, [questions, entities]. */
function scoresOf({ scores }: Answering, knowledge: Knowledge, sort: SortName): Float32Array {
  const questions = firstOf(knowledge, sort);
  const answers = questions.map(({ asked }) => asked[0]!);
  return scores(symbolBatch(questions, answers, knowledge));
}

/** Of each question some entities, evenly spread. */
function scoredOf(answering: Answering, knowledge: Knowledge, sort: SortName): Scored[] {
  const scores = scoresOf(answering, knowledge, sort);
  const { entities } = knowledge;
  const count = Math.min(most.entities, entities);
  const chosen = Array.from({ length: count }, (_, index) => Math.floor((index * entities) / count));
  return firstOf(knowledge, sort).flatMap(({ branches }, row) =>
    chosen.map((entity) => ({ branches, entity, engine: scores[row * entities + entity]! })),
  );
}

/** max |left − right| / max |right|; not a number where a score is none. */
function relativeDifference(
  all: readonly Scored[],
  left: (scored: Scored) => number,
  right: (scored: Scored) => number,
): number {
  let [difference, size] = [0, 0];
  for (const scored of all) {
    const expected = right(scored);
    difference = Math.max(difference, Math.abs(left(scored) - expected));
    size = Math.max(size, Math.abs(expected));
  }
  return difference === 0 ? 0 : difference / size;
}

/** Of the sums of the attention weights of some conjunctions, the one furthest from 1. */
function attentionSum(answering: Answering, knowledge: Knowledge): number {
  const { entities } = knowledge;
  const scores = scoresOf(answering, knowledge, 'conjunction');
  const weights = tf.tidy(() => {
    const logits = tf.tensor2d(scores, [scores.length / entities, entities]);
    return softmaxValue(logits).dataSync() as Float32Array;
  });
  const sums = Array.from({ length: weights.length / entities }, (_, row) =>
    weights.subarray(row * entities, (row + 1) * entities).reduce((sum, weight) => sum + weight, 0),
  );
  return sums.reduce((worst, sum) => (Math.abs(sum - 1) > Math.abs(worst - 1) || Number.isNaN(sum) ? sum : worst), 1);
}
