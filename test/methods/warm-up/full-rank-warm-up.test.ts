import { describe, expect, test } from 'vitest';
import { singularValues } from '../../../harness/engine/algebra/svd.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { lowRank } from '../../../harness/methods/low-rank.ts';
import { denseEpochs, fullRankWarmUp } from '../../../harness/methods/warm-up/full-rank-warm-up.ts';
import { switchNetwork } from '../../../harness/methods/warm-up/switch-network.ts';
import type { Model } from '../../../harness/nn/model.ts';
import { buildNetwork } from '../../../harness/nn/network.ts';
import { gaussian, streamsOf } from '../../../harness/random.ts';
import type { Blueprint } from '../../../harness/shape/blueprint.ts';
import { resnetBlueprint } from '../../../harness/shape/resnet.ts';
import { vggBlueprint } from '../../../harness/shape/vgg.ts';
import { wideResnetBlueprint } from '../../../harness/shape/wide-resnet.ts';
import { imageLoss } from '../../../harness/train/image-steps.ts';
import { epochsOf, partOf } from '../../../harness/train/phases.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { tinyOptions, tinyTraining } from '../../helpers/tiny-training.ts';

const images = { classes: 3, size: 32, inputChannels: 3 };

/** The names of the convolutions that stay dense. */
function keptOf(blueprint: Blueprint): string[] {
  return fullRankWarmUp
    .hybrid(blueprint)
    .layers.flatMap((layer) => (layer.kind === 'conv' && !layer.compressible ? [layer.name] : []));
}

describe('stays dense', () => {
  test('a ResNet up to its first block, and in its projections', () => {
    expect(keptOf(resnetBlueprint({ depth: 14, width: 4, shortcut: 'projection', ...images }))).toEqual([
      'stem.conv',
      'stage1.block1.1.conv',
      'stage1.block1.2.conv',
      'stage2.block1.shortcut.conv',
      'stage3.block1.shortcut.conv',
    ]);
  });

  test('a wide ResNet up to its first block, with that one’s projection', () => {
    expect(keptOf(wideResnetBlueprint({ depth: 16, widen: 2, ...images }))).toEqual([
      'stem.conv',
      'stage1.block1.1.conv',
      'stage1.block1.2.conv',
      'stage1.block1.shortcut.conv',
      'stage2.block1.shortcut.conv',
      'stage3.block1.shortcut.conv',
    ]);
  });

  test('VGG-19 in the first half of its 16 convolutions', () => {
    const kept = keptOf(vggBlueprint({ depth: 19, width: 4, ...images }));
    expect(kept).toHaveLength(8);
    expect([kept[0], kept.at(-1)]).toEqual(['stage1.1.conv', 'stage3.4.conv']);
  });
});

test.each([
  [300, 80],
  [200, 53],
  [6, 2],
  [3, 1],
  [2, 1],
  [1, 0],
])('of %d epochs %d are dense', (epochs, expected) => {
  expect(denseEpochs(epochs)).toBe(expected);
  const training = { ...tinyTraining, epochs };
  const phases = fullRankWarmUp.phases(training, 0.3);
  expect(phases.map(({ label }) => label)).toEqual(expected === 0 ? ['low-rank'] : ['dense', 'low-rank']);
  // One schedule: the parts follow each other through all of its epochs.
  expect(phases.map(({ training: own }) => own)).toEqual(phases.map(() => training));
  expect(phases.reduce((sum, phase) => sum + epochsOf(phase), 0)).toBe(epochs);
  phases.forEach((phase, index) => {
    expect(partOf(phase).from).toBe(index === 0 ? 0 : partOf(phases[index - 1]!).to);
  });
});

const hybrid = fullRankWarmUp.hybrid(resnetBlueprint({ ...tinyOptions, shortcut: 'projection' }));
const build = (scale: number | null) =>
  buildNetwork(
    hybrid,
    { method: scale === null ? dense : lowRank, scale: scale ?? 1, init: 'default' },
    streamsOf('warm-up', scale === null ? 0 : 1),
  );

/** The dense network somewhere on its way: nothing is as it was drawn, statistics included. */
function trained(): Model {
  const model = build(null);
  for (const variable of model.variables) {
    const moved = gaussian(variable.size, 0.2, streamsOf('moved', 0)(variable.name), 0.6);
    const positive = variable.name.endsWith('.variance');
    variable.assign(
      tf.tensor(
        moved.map((value) => (positive ? Math.abs(value) + 0.1 : value)),
        variable.value.shape,
      ),
    );
  }
  return model;
}

const batch = gaussian(4 * 8 * 8 * 3, 1, streamsOf('warm-up', 0)('images'));

function outputsOf(model: Model): { loss: number; logits: ReturnType<typeof valuesOf> } {
  let outputs: ReturnType<typeof outputsOf> | undefined;
  tf.tidy(() => {
    const feeds = { images: tf.tensor(batch, [4, 8, 8, 3]), labels: tf.tensor1d([0, 1, 2, 1], 'int32') };
    const { loss, updates = [] } = imageLoss(model, 0)(feeds);
    for (const [, next] of updates) next.dispose();
    outputs = { loss: loss.dataSync()[0]!, logits: valuesOf(model.apply(feeds.images, { training: false })) };
  });
  return outputs!;
}

describe('at the switch', () => {
  // At 1 the weight is composed; at 0.99 all ranks round to the full ones, in two convolutions.
  test.each([1, 0.99])('at full rank, scale %d, neither loss nor logits move', (scale) => {
    const [before, after] = [trained(), build(scale)];
    for (const layer of after.compressed)
      expect(layer.variables[0]!.value.shape[2]).toBe(3 * layer.variables[0]!.value.shape[3]!);
    expect(outputsOf(after).loss).not.toBeCloseTo(outputsOf(before).loss, 2);
    const tensors = tf.memory().numTensors;
    switchNetwork(fullRankWarmUp, before, after);
    expect(tf.memory().numTensors).toBe(tensors);
    const [dense, factorized] = [outputsOf(before), outputsOf(after)];
    expect(Math.abs(factorized.loss - dense.loss)).toBeLessThan(2e-5 * Math.abs(dense.loss));
    expectClose(factorized.logits, dense.logits, 1e-4);
  });

  test('every layer becomes the nearest of its rank, balanced, and all else goes on as it is', () => {
    const [before, after] = [trained(), build(0.2)];
    switchNetwork(fullRankWarmUp, before, after);
    after.compressed.forEach((layer, index) => {
      const weight = before.compressed[index]!.matrix();
      const [u, v] = layer.variables;
      const rank = u!.value.shape[2]!;
      const values = [...tf.tidy(() => singularValues(weight).dataSync())];
      const missed = tf.norm(tf.sub(weight, layer.matrix())).dataSync()[0]!;
      expect(missed).toBeCloseTo(Math.hypot(...values.slice(rank)), 4);
      const [left, right] = [u!, v!].map(({ value }) => tf.sum(tf.square(value)).dataSync()[0]!);
      const sum = values.slice(0, rank).reduce((total, value) => total + value, 0);
      expect(left! / sum).toBeCloseTo(1, 4);
      expect(right! / sum).toBeCloseTo(1, 4);
    });
    const replaced = new Set(after.compressed.flatMap(({ variables }) => variables));
    const others = after.variables.filter((variable) => !replaced.has(variable));
    expect(others.some(({ name }) => name.endsWith('.mean'))).toBe(true);
    for (const { name, value } of others) {
      const from = before.variables.find((variable) => variable.name === name)!;
      expect([name, value.dataSync()]).toEqual([name, from.value.dataSync()]);
    }
  });

  test('networks of other blueprints are refused', () => {
    const other = buildNetwork(
      resnetBlueprint(tinyOptions),
      { method: dense, scale: 1, init: 'default' },
      streamsOf('o', 0),
    );
    expect(() => switchNetwork(fullRankWarmUp, other, build(0.2))).toThrow('has other layers than the factorized one');
  });
});
