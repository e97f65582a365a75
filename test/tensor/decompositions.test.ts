import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { streamsOf } from '../../harness/random.ts';
import { cp, stateAfter } from '../../harness/tensor/cp.ts';
import { kroneckerSum } from '../../harness/tensor/kronecker.ts';
import { equalNorms, frobeniusNorm, type NdArray, ndArray } from '../../harness/tensor/nd-array.ts';
import { tensorRing } from '../../harness/tensor/tensor-ring.ts';
import { tensorTrain } from '../../harness/tensor/tensor-train.ts';
import { tucker } from '../../harness/tensor/tucker.ts';
import { tuckerTrain, tuckerTrainShapes } from '../../harness/tensor/tucker-train.ts';
import { randomValues, type Values } from '../helpers/reference.ts';
import { cpTensor, kroneckerMatrix, ringTensor, tuckerTensor, tuckerTrainTensor } from '../helpers/tensor-formats.ts';

interface Fixture {
  tensor: { shape: number[]; data: number[] };
  results: { format: string; ranks: number[]; reconstruction: number[] }[];
}

const file = path.join(import.meta.dirname, 'fixtures/tensorly.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const tensor = ndArray(fixture.tensor.shape, fixture.tensor.data);
const norm = frobeniusNorm(tensor);
const sizes = { a: [3, 4], b: [2, 5] } as const;
const uniform = () => streamsOf('decompositions', 0)('cp');
const patient = () => ({ uniform: uniform(), maxSweeps: 20_000, tolerance: 1e-14 });

const distance = (a: Values, b: { data: ArrayLike<number> }) =>
  Math.hypot(...a.data.map((value, i) => value - b.data[i]!)) / norm;

const reconstructions: Record<string, (x: NdArray, ranks: readonly number[]) => Values> = {
  'tensor-train': (x, ranks) => ringTensor(tensorTrain(x, ranks)),
  tucker: (x, ranks) => tuckerTensor(tucker(x, ranks, 1000)),
  'tensor-ring': (x, ranks) => ringTensor(tensorRing(x, ranks)),
  cp: (x, [rank]) => cpTensor(cp(x, rank!, patient()).factors),
  kronecker: (x, [terms]) => kroneckerMatrix(kroneckerSum(ndArray([6, 20], x.data), sizes, terms!)),
};

test.each(fixture.results)(
  '$format at ranks $ranks reconstructs what TensorLy does',
  ({ format, ranks, reconstruction }) => {
    const ours = reconstructions[format]!(tensor, ranks);
    // ALS and orthogonal iteration end where a sweep changes nothing more to rounding, which is the square of this.
    expect(distance(ours, { data: reconstruction })).toBeLessThan(format === 'cp' ? 1e-5 : 1e-6);
  },
);

test('the fixtures have every format', () => {
  expect(new Set(fixture.results.map(({ format }) => format))).toEqual(new Set(Object.keys(reconstructions)));
});

test.each([
  ['tensor train', ringTensor(tensorTrain(tensor, [6, 4]))],
  ['Tucker', tuckerTensor(tucker(tensor, [6, 5, 4]))],
  ['Tucker with its core as a train', tuckerTrainTensor(tuckerTrain(tensor, [6, 5, 4]))],
  ['tensor ring', ringTensor(tensorRing(tensor, [2, 3, 8]))],
  ['Kronecker sum', kroneckerMatrix(kroneckerSum(ndArray([6, 20], tensor.data), sizes, 10))],
  ['CP', cpTensor(cp(tensor, 20, { uniform: uniform(), maxSweeps: 2000, tolerance: 1e-12 }).factors)],
])('%s at full rank is the tensor', (_, reconstruction) => {
  expect(distance(reconstruction, tensor)).toBeLessThan(1e-5);
});

/** Σ_{r > rank} σ_r² of an unfolding from the traces of the best approximations: ‖X‖² − ‖P_rᵀX‖². */
function tail(mode: number, rank: number): number {
  const full = tensor.shape.map((size) => size);
  full[mode] = rank;
  return norm ** 2 - frobeniusNorm(tucker(tensor, full)[0]!) ** 2;
}

describe('truncated', () => {
  const ranks = [2, 3, 2];
  const bound = Math.sqrt(ranks.reduce((sum, rank, mode) => sum + tail(mode, rank), 0)) / norm;
  const errorOf = (parts: NdArray[]) => distance(tuckerTensor(parts), tensor);

  test('Tucker is within the bound of the higher-order SVD, and orthogonal iteration does not make it worse', () => {
    const [sequential, iterated] = [errorOf(tucker(tensor, ranks)), errorOf(tucker(tensor, ranks, 50))];
    expect(sequential).toBeLessThanOrEqual(bound);
    expect(iterated).toBeLessThanOrEqual(sequential + 1e-12);
    expect(iterated).toBeGreaterThan(bound / 3);
  });

  test('a tensor train is within the bound of its unfoldings, of which the last is the last mode', () => {
    const within = Math.sqrt(tail(0, 2) + tail(2, 2)) / norm;
    const error = distance(ringTensor(tensorTrain(tensor, [2, 2])), tensor);
    expect(error).toBeLessThanOrEqual(within);
    expect(error).toBeGreaterThan(within / 2);
  });

  test.each([[[2, 3, 2]], [[1, 1, 1]], [[5, 2, 1]], [[6, 5, 4]]])(
    'Tucker %j with its core as a train is the same tensor',
    (given) => {
      const parts = tuckerTrain(tensor, given);
      expect(parts.map(({ shape }) => shape)).toEqual(tuckerTrainShapes(tensor.shape, given));
      expect(distance(tuckerTrainTensor(parts), tuckerTensor(tucker(tensor, given)))).toBeLessThan(1e-7);
    },
  );

  test.each([1, 2, 3])('CP at rank %i converges, and is no better than Tucker of that rank', (rank) => {
    const { factors, error, converged } = cp(tensor, rank, patient());
    expect(converged).toBe(true);
    expect(distance(cpTensor(factors), tensor)).toBeCloseTo(error, 6);
    // CP of rank R is Tucker of ranks R, so it cannot be better than the best of those.
    expect(error).toBeGreaterThanOrEqual(errorOf(tucker(tensor, [rank, rank, rank], 200)) - 1e-9);
  });

  test('CP that ends early says so', () => {
    expect(cp(tensor, 3, { uniform: uniform(), maxSweeps: 1, tolerance: 1e-14 })).toMatchObject({
      sweeps: 1,
      converged: false,
    });
  });
});

test('CP of a zero tensor is zero', () => {
  const { factors, ...result } = cp(ndArray([3, 4, 5], new Float64Array(60)), 4, patient());
  expect(result).toEqual({ error: 0, sweeps: 0, converged: true });
  expect(factors.map(({ shape }) => shape)).toEqual([3, 4, 5].map((size) => [size, 4]));
  for (const { data } of factors) expect(data.every((value) => value === 0)).toBe(true);
});

test.each([
  [0.5, 0.49, 'going on'],
  [0.5, 0.4999, 'converged'],
  [0.5, 0.5 + 1e-12, 'converged'],
  [0, 1e-6, 'converged'],
  [0.5, 0.501, 'rising'],
  [Number.POSITIVE_INFINITY, 0.9, 'going on'],
])('sweeps of CP from error %d to %d are %s', (before, after, state) => {
  expect(stateAfter(before, after, 1e-3)).toBe(state);
});

test('CP gives the columns of a term equal norms', () => {
  const { factors } = cp(tensor, 2, patient());
  const columnNorms = factors.map(({ data }) =>
    [0, 1].map((r) => Math.hypot(...data.filter((_, flat) => flat % 2 === r))),
  );
  for (const r of [0, 1]) for (const norms of columnNorms) expect(norms[r]).toBeCloseTo(columnNorms[0]![r]!, 10);
});

test('Kronecker terms have equal norms on both sides', () => {
  const [a, b] = kroneckerSum(ndArray([6, 20], tensor.data), sizes, 3);
  for (const s of [0, 1, 2]) {
    const [left, right] = [a!.data.subarray(12 * s, 12 * s + 12), b!.data.subarray(10 * s, 10 * s + 10)];
    expect(Math.hypot(...left)).toBeCloseTo(Math.hypot(...right), 10);
  }
});

test('equalNorms keeps the product', () => {
  const cores = tensorTrain(tensor, [3, 2]);
  const balanced = equalNorms(cores);
  const norms = balanced.map(frobeniusNorm);
  expect(distance(ringTensor(balanced), ringTensor(cores))).toBeLessThan(1e-12);
  for (const value of norms) expect(value).toBeCloseTo(norms[0]!, 10);
});

test.each([
  ['a tensor train', () => tensorTrain(tensor, [7, 4])],
  ['a tensor train', () => tensorTrain(tensor, [2, 5])],
  ['Tucker', () => tucker(tensor, [2, 6, 2])],
  ['a tensor ring', () => tensorRing(tensor, [3, 3, 2])],
  ['a Kronecker sum', () => kroneckerSum(ndArray([6, 20], tensor.data), sizes, 11)],
  ['CP', () => cp(tensor, 0, patient())],
])('%s refuses a rank out of range', (_, decompose) => {
  expect(decompose).toThrow(/rank/);
});

test('a decomposition is the same twice, to the bit', () => {
  const x = ndArray([5, 6, 7], randomValues('again', [5, 6, 7]).data);
  expect(cp(x, 9, { ...patient(), maxSweeps: 5 })).toEqual(cp(x, 9, { ...patient(), maxSweeps: 5 }));
  expect(tensorRing(x, [2, 2, 5])).toEqual(tensorRing(x, [2, 2, 5]));
});
