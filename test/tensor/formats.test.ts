import { describe, test } from 'vitest';
import type { Tensor } from '../../harness/engine/tensorflow.ts';
import { composeCp, cpDecay } from '../../harness/tensor/cp.ts';
import { composeKronecker, kroneckerDecay } from '../../harness/tensor/kronecker.ts';
import { composeRing, ringDecay } from '../../harness/tensor/tensor-ring.ts';
import { composeTrain, trainDecay } from '../../harness/tensor/tensor-train.ts';
import { composeTucker, tuckerDecay } from '../../harness/tensor/tucker.ts';
import { composeTuckerTrain, tuckerTrainDecay } from '../../harness/tensor/tucker-train.ts';
import { engineGradients, expectClose, tensorOf } from '../helpers/engine.ts';
import { finiteDifferences } from '../helpers/finite-differences.ts';
import { dot, halfSquare, randomValues, type Values } from '../helpers/reference.ts';
import { cpTensor, kroneckerMatrix, ringTensor, tuckerTensor, tuckerTrainTensor } from '../helpers/tensor-formats.ts';

interface Case {
  name: string;
  shapes: number[][];
  reference: (parts: readonly Values[]) => Values;
  compose: (parts: readonly Tensor[]) => Tensor;
  decay: (parts: readonly Tensor[]) => Tensor[];
}

const train = { reference: ringTensor, compose: composeTrain, decay: trainDecay };
const cases: Case[] = [
  {
    name: 'tensor train',
    shapes: [
      [1, 4, 2],
      [2, 3, 5],
      [5, 2, 1],
    ],
    ...train,
  },
  {
    name: 'tensor train of rank 1',
    shapes: [
      [1, 4, 1],
      [1, 3, 1],
      [1, 2, 1],
    ],
    ...train,
  },
  {
    name: 'Tucker',
    shapes: [
      [2, 3, 4],
      [5, 2],
      [4, 3],
      [3, 4],
    ],
    reference: tuckerTensor,
    compose: composeTucker,
    decay: tuckerDecay,
  },
  {
    name: 'Tucker with its core as a train',
    shapes: [
      [1, 2, 5],
      [5, 3, 4],
      [4, 4, 1],
      [5, 2],
      [4, 3],
      [6, 4],
    ],
    reference: tuckerTrainTensor,
    compose: composeTuckerTrain,
    decay: tuckerTrainDecay,
  },
  {
    name: 'CP',
    shapes: [
      [4, 3],
      [2, 3],
      [5, 3],
    ],
    reference: cpTensor,
    compose: composeCp,
    decay: cpDecay,
  },
  {
    name: 'tensor ring',
    shapes: [
      [2, 4, 3],
      [3, 3, 5],
      [5, 2, 2],
    ],
    reference: ringTensor,
    compose: composeRing,
    decay: ringDecay,
  },
  {
    name: 'Kronecker sum',
    shapes: [
      [3, 2, 4],
      [3, 5, 2],
    ],
    reference: kroneckerMatrix,
    compose: composeKronecker,
    decay: kroneckerDecay,
  },
];

describe.each(cases)('$name', ({ shapes, reference, compose, decay }) => {
  const parts = shapes.map((shape, k) => randomValues(`part${k}`, shape));
  const composed = reference(parts);
  const moving = (k: number, moved: Values) => reference(parts.map((part, j) => (j === k ? moved : part)));

  test('is composed as defined', () => {
    expectClose(compose(parts.map(tensorOf)), composed);
  });

  test('passes gradients as finite differences do', () => {
    const c = randomValues('c', composed.shape);
    engineGradients((...tensors) => compose(tensors), parts, c).forEach((gradient, k) => {
      expectClose(
        gradient,
        finiteDifferences((moved) => dot(moving(k, moved), c), parts[k]!),
      );
    });
  });

  test('decays as finite differences of ½‖W‖² do', () => {
    decay(parts.map(tensorOf)).forEach((gradient, k) => {
      expectClose(
        gradient,
        finiteDifferences((moved) => halfSquare(moving(k, moved)), parts[k]!),
      );
    });
  });
});
