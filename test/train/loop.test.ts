import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../../harness/checkpoint.ts';
import type { ImageData, ImageSet } from '../../harness/data/images/images.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { streamsOf } from '../../harness/random.ts';
import { type CurvePoint, curvePointSchema } from '../../harness/record.ts';
import type { TrainingSpec } from '../../harness/spec/image.ts';
import type { RegularizerName } from '../../harness/spec/words.ts';
import { imageTraining } from '../../harness/tasks/image/training.ts';
import { type ImageFeeds, imageEvaluationStep, imageTrainingStep } from '../../harness/train/image-steps.ts';
import { type LoopProgress, trainLoop } from '../../harness/train/loop.ts';
import { normSummary } from '../../harness/train/norms.ts';
import type { Step, TrainingStep } from '../../harness/train/step.ts';
import '../helpers/engine.ts';
import { tinyData, tinyDataset, tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

const data = tinyData();
const heldOut = tinyData(64, 40, 30);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'factorbench-trainer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface RunOptions {
  seed?: number;
  regularizer?: RegularizerName;
  training?: Partial<TrainingSpec>;
  images?: ImageData;
  onEvaluation?: (images: readonly number[]) => void;
  onStart?: (step: TrainingStep<ImageFeeds>) => Promise<CurvePoint[]>;
  onPoint?: (curve: readonly CurvePoint[], step: TrainingStep<ImageFeeds>) => Promise<void>;
  onProgress?: (progress: LoopProgress) => void;
}

async function run({
  seed = 0,
  regularizer = 'frobenius-decay',
  training = {},
  images = data,
  onEvaluation,
  onStart,
  onPoint,
  onProgress,
}: RunOptions = {}) {
  const model = tinyModel({ seed });
  const spec = { ...tinyTraining, ...training };
  const step = imageTrainingStep(model, spec, regularizer);
  const curve = (await onStart?.(step)) ?? [];
  const loop = imageTraining({
    model,
    step,
    evaluation: watched(imageEvaluationStep(model), onEvaluation),
    data: images,
    dataset: tinyDataset,
    phases: [{ label: 'train', training: spec }],
    streams: streamsOf('tiny', seed),
  });
  const outcome = await trainLoop({
    ...loop,
    curve,
    onProgress: onProgress ?? (() => undefined),
    onPoint: async (points) => onPoint?.(points, step),
  });
  return { ...outcome, model, digest: weightsDigest(step.variables) };
}

/** Tells the images of every batch that is evaluated. */
function watched(step: Step<ImageFeeds>, tell?: (images: readonly number[]) => void): Step<ImageFeeds> {
  if (tell === undefined) return step;
  return {
    ...step,
    run(feeds) {
      tell([...feeds.images.dataSync()]);
      return step.run(feeds);
    },
  };
}

const withoutSeconds = (curve: readonly CurvePoint[]) => curve.map(({ at, values }) => ({ at, values }));

describe('trainLoop', () => {
  test('gives equal weights and curves from equal seeds, and others from another seed or regularizer', async () => {
    const [first, again, seeded, decayed, free] = [
      await run(),
      await run(),
      await run({ seed: 1 }),
      await run({ regularizer: 'weight-decay' }),
      await run({ regularizer: 'none' }),
    ];
    expect(again.digest).toBe(first.digest);
    expect(withoutSeconds(again.curve)).toEqual(withoutSeconds(first.curve));
    expect(new Set([first, seeded, decayed, free].map(({ digest }) => digest)).size).toBe(4);
  });

  test('learns', async () => {
    const { curve, diverged } = await run({ training: { epochs: 8 } });
    expect(diverged).toBe(false);
    expect(curve.at(-1)!.values.train_loss!).toBeLessThan(0.7 * curve[0]!.values.train_loss!);
    expect(curve.at(-1)!.values.test_accuracy!).toBeGreaterThan(0.6);
  });

  test('resumed from a checkpoint after the first epoch ends as one without interruption', async () => {
    const path = join(folder, 'resume.ckpt');
    const key = { id: 'cell', computation: { device: 'cpu' } };
    const whole = await run({
      onPoint: async (curve, step) => {
        if (curve.length === 1) await saveCheckpoint(path, key, curve, step.variables);
      },
    });
    const resumed = await run({
      // Other weights, so that what is not restored shows.
      onStart: async (step) => {
        for (const variable of step.variables) variable.assign(tf.onesLike(variable.value));
        const restored = await restoreCheckpoint(path, key, step.variables);
        return restored.state === 'restored' ? restored.curve : [];
      },
    });
    expect(resumed.digest).toBe(whole.digest);
    expect(resumed.curve.length).toBe(3);
    expect(resumed.curve[0]).toEqual(whole.curve[0]);
    expect(withoutSeconds(resumed.curve)).toEqual(withoutSeconds(whole.curve));
  });

  test('tells the curve after every epoch, a point each, that the record accepts', async () => {
    const lengths: number[] = [];
    const { curve, model } = await run({ onPoint: async (points) => void lengths.push(points.length) });
    expect(lengths).toEqual([1, 2, 3]);
    expect(curve.map(({ at }) => at)).toEqual([1, 2, 3]);
    for (const point of curve) expect(curvePointSchema.parse(point)).toEqual(point);
    // Three steps an epoch: the rate falls at step round(0.5·9) = 5, the second epoch's last.
    expect(curve.map((point) => Number(point.values.learning_rate!.toFixed(9)))).toEqual([0.05, 0.005, 0.005]);
    expect(normSummary(model.compressed, curve[2]!.values.learning_rate!)).toMatchObject({
      frobenius_norm: curve[2]!.values.frobenius_norm,
      effective_learning_rate: curve[2]!.values.effective_learning_rate,
    });
  });

  test('measures the held-out images at every point, as they are, and learns nothing of them', async () => {
    const evaluated: (readonly number[])[] = [];
    const [plain, validated] = [
      await run(),
      await run({ images: heldOut, onEvaluation: (images) => evaluated.push(images) }),
    ];
    expect(validated.digest).toBe(plain.digest);
    const normalized = (set: ImageSet) => [...set.images].map((byte) => Math.fround((byte / 255 - 0.47) / 0.2));
    // Two forward passes an epoch: 30 held-out images and 40 test images are one batch each.
    expect(evaluated).toEqual([1, 2, 3].flatMap(() => [normalized(heldOut.validation!), normalized(heldOut.test)]));
    for (const [epoch, { values }] of validated.curve.entries()) {
      const { validation_loss, validation_accuracy, ...others } = values;
      expect(others).toEqual(plain.curve[epoch]!.values);
      expect(validation_loss).toBeGreaterThan(0);
      expect((30 * validation_accuracy!) % 1).toBeCloseTo(0, 9);
      expect(validation_loss).not.toBe(others.test_loss);
    }
  });

  test('weights the mean loss and accuracy of an epoch by the batch sizes, the last one smaller', async () => {
    const losses: number[] = [];
    const { curve } = await run({
      training: { epochs: 1 },
      onProgress: ({ phase, loss }) => {
        if (phase === 'train') losses.push(loss!);
      },
    });
    // 64 images in batches of 24, 24 and 16.
    expect(curve[0]!.values.train_loss).toBeCloseTo((24 * losses[0]! + 24 * losses[1]! + 16 * losses[2]!) / 64, 10);
    expect(Number.isInteger(Math.round(1e9 * curve[0]!.values.train_accuracy! * 64) / 1e9)).toBe(true);
    expect(Number.isInteger(Math.round(1e9 * curve[0]!.values.test_accuracy! * 40) / 1e9)).toBe(true);
  });

  test('reports steps of the whole training', async () => {
    const seen: string[] = [];
    await run({
      training: { epochs: 2 },
      onProgress: ({ phase, epoch, step, steps }) => seen.push(`${phase} ${epoch} ${step}/${steps}`),
    });
    expect(seen).toEqual([
      'train 1 1/6',
      'train 1 2/6',
      'train 1 3/6',
      'evaluate 1 3/6',
      'train 2 4/6',
      'train 2 5/6',
      'train 2 6/6',
      'evaluate 2 6/6',
    ]);
  });

  test('ends as diverged, with empty losses and no error, where the learning rate is absurd', async () => {
    const epochs: number[] = [];
    const { curve, diverged } = await run({
      training: { learningRate: 1e6, epochs: 40, decayAt: [] },
      images: heldOut,
      regularizer: 'weight-decay',
      onPoint: async (points) => void epochs.push(points.length),
    });
    expect(diverged).toBe(true);
    const last = curve.at(-1)!.values;
    expect(curve.length).toBeLessThan(40);
    expect(last.validation_loss).toBeNull();
    expect([last.test_loss, last.frobenius_norm, last.nuclear_norm, last.effective_learning_rate]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    for (const point of curve) expect(curvePointSchema.parse(point)).toEqual(point);
    expect(epochs).toEqual(curve.slice(0, -1).map(({ at }) => at));
  });

  test('keeps the number of tensors from step to step', async () => {
    const counts = new Set<number>();
    await run({ onProgress: () => void counts.add(tf.memory().numTensors) });
    expect(counts.size).toBe(1);
  });
});
