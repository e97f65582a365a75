import { expect, test } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import { assemble } from '../../../harness/shape/blueprint.ts';
import { fisherDiagonal } from '../../../harness/sparse/scores/fisher.ts';
import { kroneckerFactors } from '../../../harness/sparse/scores/kronecker-factors.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { at, filled, type Values } from '../../helpers/reference.ts';
import { scoringContext } from '../../helpers/reference-loss.ts';
import { tinyModel } from '../../helpers/tiny-training.ts';

function randomBatch(size: number, pixels: number, classes: number) {
  const images = gaussian(size * pixels, 1, streamsOf('factors', 0)('images'));
  return { size, images, labels: Int32Array.from({ length: size }, (_, n) => n % classes) };
}

test('of a convolution, an average and a linear layer are the closed forms', () => {
  // Inputs of 4 x 4 with two channels; the convolution has 2 x 2 outputs at stride 2 and three channels; four classes.
  const blueprint = assemble('small', [
    {
      kind: 'conv',
      name: 'c',
      inChannels: 2,
      outChannels: 3,
      kernel: [3, 3],
      stride: 2,
      outputSize: [2, 2],
      compressible: false,
    },
    { kind: 'global-average-pool' },
    { kind: 'linear', name: 'l', inFeatures: 3, outFeatures: 4 },
  ]);
  const model = buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('factors', 0));
  const { context, counted } = scoringContext(model, [4, 4, 2]);
  const batch = randomBatch(3, 32, 4);
  const before = tf.memory().numTensors;
  // Two examples at once, and then one.
  const factors = kroneckerFactors(context, batch, 2);
  expect(tf.memory().numTensors).toBe(before + 4);
  expect(counted.examples).toBe(3);

  const [filter, w, b] = model.variables.map(({ value }) => valuesOf(value)) as [Values, Values, Values];
  const sums = [18, 3, 3, 4].map((size) => filled([size, size], () => 0));
  const add = (sum: Values, row: number[], factor: number) => {
    row.forEach((x, i) => {
      row.forEach((y, j) => {
        (sum.data as Float64Array)[i * row.length + j]! += factor * x * y;
      });
    });
  };
  for (let n = 0; n < 3; n++) {
    const pixel = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y > 3 || x > 3 ? 0 : batch.images[((n * 4 + y) * 4 + x) * 2 + c]!;
    const rows = [0, 1, 2, 3].map((t) =>
      Array.from({ length: 18 }, (_, k) => {
        const [row, column, c] = [Math.floor(k / 6), Math.floor(k / 2) % 3, k % 2];
        return pixel(2 * Math.floor(t / 2) + row - 1, 2 * (t % 2) + column - 1, c);
      }),
    );
    const pooled = [0, 1, 2].map(
      (o) => rows.reduce((sum, row) => sum + row.reduce((s, a, k) => s + a * filter.data[k * 3 + o]!, 0), 0) / 4,
    );
    const logits = Array.from(b.data, (bias, c) => pooled.reduce((sum, x, o) => sum + x * at(w, o, c), bias));
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const slopes = logits.map((logit, c) => Math.exp(logit) / total - (c === batch.labels[n] ? 1 : 0));
    // The average gives each of the four positions a quarter of the slope.
    const g = [0, 1, 2].map((o) => slopes.reduce((sum, slope, c) => sum + slope * at(w, o, c), 0) / 4);
    for (const row of rows) add(sums[0]!, row, 1 / 3);
    add(sums[1]!, g, 1 / 3);
    add(sums[2]!, pooled, 1 / 3);
    add(sums[3]!, slopes, 1 / 3);
  }
  factors
    .flatMap(({ inputs, outputs }) => [inputs, outputs])
    .forEach(({ value }, index) => {
      expectClose(value, sums[index]!);
    });
});

test('of one example, in layers of one position, multiply to the Fisher matrix of a residual network', () => {
  // Images of 4 x 4 are 1 x 1 in the last of three stages, whose last two convolutions and the linear layer see one
  // position.
  const model = tinyModel({ method: 'dense', shape: { size: 4 } });
  const { context } = scoringContext(model, [4, 4, 3]);
  const batch = randomBatch(1, 48, 3);
  const factors = kroneckerFactors(context, batch, 8);
  const fisher = fisherDiagonal(context, batch);
  for (const l of [factors.length - 3, factors.length - 2, factors.length - 1]) {
    const [a, g] = [valuesOf(factors[l]!.inputs.value), valuesOf(factors[l]!.outputs.value)];
    const [ins, outs] = [a.shape[0]!, g.shape[0]!];
    const product = filled([ins, outs], ([j, i]) => at(a, j!, j!) * at(g, i!, i!));
    expect(product.data.some((value) => value > 0)).toBe(true);
    expectClose({ shape: [ins, outs], data: Float64Array.from(fisher[l]!) }, product);
  }
});
