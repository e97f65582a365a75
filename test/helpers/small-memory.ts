import type { Branch } from '../../harness/data/triples/questions.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import type { AttentionName } from '../../harness/spec/gaussian-attention.ts';
import type { Memory } from '../../harness/tasks/gaussian-attention/memory.ts';
import './engine.ts';
import { type Values, values } from './reference.ts';

/** A memory of four vectors in the plane with three relations, whose numbers float32 holds exactly. */
export const smallVectors = values([4, 2], [0.5, -1, 1.25, 0.75, -0.5, 0.25, 2, -0.5]);
export const smallShifts = values([3, 2], [0.75, 0.5, -1, 1.5, 0.25, -0.75]);
export const smallLogs = values([3, 2], [0.5, -0.25, -1, 0.75, 0.25, 1]);

export function smallMemory(method: AttentionName): Memory {
  const variable = (name: string, { shape, data }: Values) =>
    variableOf(name, 'weight', Float32Array.from(data), [...shape]);
  const own = { entities: variable('entities', smallVectors), shifts: variable('shifts', smallShifts) };
  const logVariances = method === 'trans-gaussian' ? variable('log-variances', smallLogs) : null;
  const variables = [own.entities, own.shifts, ...(logVariances === null ? [] : [logVariances])];
  return { method, ...own, logVariances, variables };
}

/** Questions of it: of a fact, a path, a relation twice, and a conjunction of a fact and a path. */
export const smallQuestions = {
  single: [{ start: 0, path: [1] }],
  path: [{ start: 2, path: [0, 2] }],
  twice: [{ start: 1, path: [1, 1] }],
  conjunction: [
    { start: 0, path: [0] },
    { start: 3, path: [2, 1] },
  ],
} satisfies Record<string, Branch[]>;
export type SmallQuestion = keyof typeof smallQuestions;

/**
 * Scores of the four vectors, and −ln softmax of the third, by NumPy 2.4 in float64 with full matrices: Σ as a sum of
 * diagonal matrices, inverted by numpy.linalg.inv, and quadratic forms x @ inv @ x, one vector at a time.
 */
export const numpyScores: Readonly<Record<AttentionName, Record<SmallQuestion, { scores: number[]; loss: number }>>> = {
  transe: {
    single: { scores: [-1.625, -1.5625, -0.03125, -3.625], loss: 0.369438901 },
    path: { scores: [-0.5, -0.5625, -0.53125, -1.25], loss: 1.249425324 },
    twice: { scores: [-12.0625, -6.5, -6.15625, -12.8125], loss: 0.5383130699 },
    conjunction: { scores: [-1.46875, -0.90625, -3.34375, -0.84375], loss: 3.438740632 },
  },
  'unit-covariance': {
    single: { scores: [-1.625, -1.5625, -0.03125, -3.625], loss: 0.369438901 },
    path: { scores: [-0.25, -0.28125, -0.265625, -0.625], loss: 1.307888574 },
    twice: { scores: [-6.03125, -3.25, -3.078125, -6.40625], loss: 0.6575827506 },
    conjunction: { scores: [-0.9375, -0.84375, -2.578125, -0.5625], loss: 2.961616654 },
  },
  'trans-gaussian': {
    single: { scores: [-1.890553286, -4.177130505, -0.01476145477, -8.73081399], loss: 0.1561214309 },
    path: { scores: [-0.1429763193, -0.1763240407, -0.1794246619, -0.4193435243], loss: 1.34205974 },
    twice: { scores: [-3.726271426, -3.781106572, -1.489095721, -7.272281797], loss: 0.1913651438 },
    conjunction: { scores: [-0.6629207092, -1.028996504, -2.216842386, -0.3990109436], loss: 2.719219612 },
  },
};
