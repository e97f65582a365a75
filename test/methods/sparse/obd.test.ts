import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { obd, obdScores } from '../../../harness/methods/sparse/obd.ts';
import { fisherDiagonal } from '../../../harness/sparse/scores/fisher.ts';
import { labelledByModel } from '../../../harness/sparse/scores/model-labels.ts';
import { ones } from '../../../harness/sparse/selection.ts';
import type { SparseMethod } from '../../../harness/sparse/sparse-method.ts';
import { expectClose } from '../../helpers/engine.ts';
import { map, randomValues, values } from '../../helpers/reference.ts';
import { maskDerivatives, noiseBatch, referenceLoss, scoringContext } from '../../helpers/reference-loss.ts';
import { weightsOf } from '../../helpers/reference-network.ts';
import { referenceLogits } from '../../helpers/reference-resnet.ts';
import { sparseSetUp, trainSparse } from '../../helpers/sparse-training.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

test('obdScores are w²·F/2, of numbers too small for float32 too', () => {
  expect([...obdScores(Float32Array.of(2, -4, 0), Float32Array.of(0.5, 0.25, 9))]).toEqual([1, 2, 0]);
  const [tiny] = obdScores(Float32Array.of(2 ** -70), Float32Array.of(2 ** -60));
  expect(tiny).toBe(2 ** -201);
});

test('scores agree with differences of each example’s loss for the mask in float64, for every weight of a ResNet', () => {
  const model = tinyModel({ method: 'dense', shape: { width: 2, size: 4 } });
  // Statistics of a network that has been trained: none is 0 or 1.
  for (const variable of model.variables.filter(({ role }) => role === 'statistic')) {
    const draws = randomValues(variable.name, variable.value.shape);
    const positive = variable.name.endsWith('.variance');
    variable.assign(tf.tensor1d(Array.from(draws.data, (draw) => (positive ? Math.exp(draw / 4) : draw / 4))));
  }
  const batch = noiseBatch('obd', 3, 48, 3);
  const { context } = scoringContext(model, [4, 4, 3]);
  const fisher = fisherDiagonal(context, batch);
  const weights = weightsOf(model);
  const losses = [0, 1, 2].map((n) =>
    referenceLoss(
      (at, images) => referenceLogits(model, at, images, false),
      { size: 1, images: batch.images.slice(48 * n, 48 * n + 48), labels: batch.labels.slice(n, n + 1) },
      [4, 4, 3],
    ),
  );
  context.weights.forEach(({ name, shape, weight }, l) => {
    // w²·F/2 = 1/(2N)·Σ_n (∂ℓ_n/∂m)² at m = 1, because ∂ℓ/∂m = w·∂ℓ/∂w.
    const slopes = losses.map((loss) => maskDerivatives(loss, weights, name));
    const expected = map(slopes[0]!, (_, i) => slopes.reduce((sum, { data }) => sum + data[i]! ** 2, 0) / 6);
    const scores = obdScores(weight.value.dataSync() as Float32Array, fisher[l]!);
    expectClose(values(shape, scores), expected, 2e-5);
  });
});

test('prunes the trained network where its loss rises least to second order, and trains on', async () => {
  const seen: { values: Float32Array[]; fisher: Float32Array[]; masks: Uint8Array[] }[] = [];
  const watched: SparseMethod = {
    ...obd,
    start(context) {
      const run = obd.start(context);
      return {
        ...run,
        async beforePhase(phase) {
          const values = context.values();
          // More are asked for than there are: all 64, in the same order and views.
          const examples = context.images!.batch('fisher', 4096);
          const labelled = () => labelledByModel(context, examples, context.stream('labels'), 64);
          const fisher = phase === 0 ? [] : fisherDiagonal(context, labelled());
          await run.beforePhase(phase);
          seen.push({ values, fisher, masks: context.masks() });
        },
      };
    },
  };
  const setUp = sparseSetUp(watched, { training: { epochs: 2, batchSize: 8 }, budget: 0.2 });
  const { curve } = await trainSparse(setUp);
  const [dense, pruned] = seen;
  expect(dense!.masks.every((mask) => ones(mask) === mask.length)).toBe(true);
  const { values, fisher, masks } = pruned!;
  expect(masks.reduce((sum, mask) => sum + ones(mask), 0)).toBe(setUp.keep);
  const scores = (kept: number) =>
    values.flatMap((layer, l) =>
      [...layer].flatMap((w, i) => (masks[l]![i] === kept ? [(w * w * fisher[l]![i]!) / 2] : [])),
    );
  expect(Math.min(...scores(1))).toBeGreaterThanOrEqual(Math.max(...scores(0)));
  expect(setUp.context.masks()).toEqual(masks);
  expect(curve.map(({ values }) => Number(values.learning_rate!.toFixed(6)))).toEqual([0.05, 0.005, 0.0005]);
  // Once by this test and once by the method: 64 examples, and a third of them for their labels.
  expect(setUp.sparse.examples()).toBe(2 * (64 + 22));
});
