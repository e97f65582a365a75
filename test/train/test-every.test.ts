import { expect, test } from 'vitest';
import { restoreCheckpoint, saveCheckpoint } from '../../harness/checkpoint.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { streamsOf } from '../../harness/random.ts';
import { type CurvePoint, curvePointSchema } from '../../harness/record.ts';
import type { TrainingSpec } from '../../harness/spec/image.ts';
import { imageTraining } from '../../harness/tasks/image/training.ts';
import { imageEvaluationStep, imageTrainingStep } from '../../harness/train/image-steps.ts';
import { type LoopRun, trainLoop } from '../../harness/train/loop.ts';
import '../helpers/engine.ts';
import { tinyData, tinyDataset, tinyModel, tinyTraining } from '../helpers/tiny-training.ts';
import { temporaryFolder } from '../run/helpers.ts';

/** A training whose phases are these, on 64 images in three steps an epoch, 40 to test and 30 held out. */
function setUp(phases: readonly Partial<TrainingSpec>[]) {
  const model = tinyModel();
  const step = imageTrainingStep(model, tinyTraining, 'frobenius-decay');
  const loop = imageTraining({
    model,
    step,
    evaluation: imageEvaluationStep(model),
    data: tinyData(64, 40, 30),
    dataset: tinyDataset,
    phases: phases.map((own, index) => ({ label: `phase ${index}`, training: { ...tinyTraining, ...own } })),
    streams: streamsOf('tiny', 0),
  });
  return {
    variables: step.variables,
    async train(run: Partial<LoopRun> = {}) {
      const rest = { curve: [], onProgress: () => undefined, onPoint: async () => undefined };
      const outcome = await trainLoop({ ...loop, ...rest, ...run });
      return { ...outcome, digest: weightsDigest(step.variables) };
    },
  };
}

const evaluated = ['test_accuracy', 'test_loss', 'validation_accuracy', 'validation_loss'];
const valuesIn = (curve: readonly CurvePoint[]) => curve.map(({ at, values }) => ({ at, values }));
const withoutEvaluation = ({ values }: CurvePoint) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !evaluated.includes(name)));

test('epochs between tests have all other values, and what is learned is the same to the bit', async () => {
  const each = await setUp([{ epochs: 7 }]).train();
  const told: string[] = [];
  const few = await setUp([{ epochs: 7, testEvery: 3 }]).train({
    onProgress: ({ phase, epoch }) => void (phase === 'evaluate' && told.push(`${phase} ${epoch}`)),
    onPoint: async (points) => void told.push(`point ${points.length}`),
  });
  expect(few.diverged).toBe(false);
  expect(few.digest).toBe(each.digest);
  // 30 held-out images and 40 test images are one batch each.
  const tested = (epoch: number) => [`evaluate ${epoch}`, `evaluate ${epoch}`, `point ${epoch}`];
  expect(told).toEqual(['point 1', 'point 2', ...tested(3), 'point 4', 'point 5', ...tested(6), ...tested(7)]);
  for (const [index, point] of few.curve.entries()) {
    const whole = each.curve[index]!;
    const isTested = [3, 6, 7].includes(point.at);
    // Left out, not null, which would say that the values were no finite numbers.
    expect(point.values).toEqual(isTested ? whole.values : withoutEvaluation(whole));
    expect(Object.keys(whole.values)).toEqual(expect.arrayContaining(evaluated));
    expect(curvePointSchema.parse(point)).toEqual(point);
  }
  expect(few.curve.at(-1)!.values.test_accuracy).toBe(each.curve.at(-1)!.values.test_accuracy);
});

test('a test after each epoch is what there is where nothing else is said', async () => {
  const [absent, one] = [await setUp([{}]).train(), await setUp([{ testEvery: 1 }]).train()];
  expect(JSON.stringify(valuesIn(one.curve))).toBe(JSON.stringify(valuesIn(absent.curve)));
  expect(Object.keys(absent.curve[0]!.values).join(' ')).toBe(
    'learning_rate train_loss train_accuracy validation_loss validation_accuracy test_loss test_accuracy ' +
      'frobenius_norm nuclear_norm learning_rate_over_norm effective_learning_rate factor_balance',
  );
});

test('each phase counts its epochs itself, and ends with a test', async () => {
  const { curve } = await setUp([
    { epochs: 3, testEvery: 2 },
    { epochs: 4, testEvery: 2 },
  ]).train();
  const tested = curve.filter(({ values }) => 'test_accuracy' in values);
  expect(tested.map(({ at }) => at)).toEqual([2, 3, 5, 7]);
});

test.each([1, 2, 3, 4])('resumed after epoch %d it goes on as one without interruption', async (last) => {
  const path = `${await temporaryFolder()}/resume.ckpt`;
  const key = { id: 'cell', computation: { device: 'cpu' } };
  const first = setUp([{ epochs: 5, testEvery: 3 }]);
  const whole = await first.train({
    onPoint: async (curve) => {
      if (curve.length === last) await saveCheckpoint(path, key, curve, first.variables);
    },
  });
  const second = setUp([{ epochs: 5, testEvery: 3 }]);
  for (const variable of second.variables) variable.assign(tf.onesLike(variable.value));
  const restored = await restoreCheckpoint(path, key, second.variables);
  if (restored.state !== 'restored') throw new Error('a checkpoint is expected');
  expect(restored.curve).toEqual(whole.curve.slice(0, last));
  const resumed = await second.train({ curve: restored.curve });
  expect(resumed.digest).toBe(whole.digest);
  expect(valuesIn(resumed.curve)).toEqual(valuesIn(whole.curve));
});

test('a loss that is no number ends the training at once, between tests too, with nulls for what it took', async () => {
  const absurd = { epochs: 40, learningRate: 1e30, decayAt: [] };
  const [each, few] = [await setUp([absurd]).train(), await setUp([{ ...absurd, testEvery: 40 }]).train()];
  expect([each.diverged, few.diverged]).toEqual([true, true]);
  expect(few.curve.length).toBeLessThan(40);
  expect(valuesIn(few.curve)).toEqual(valuesIn(each.curve));
  const { train_loss, test_loss, validation_accuracy, frobenius_norm } = few.curve.at(-1)!.values;
  expect([train_loss, test_loss, validation_accuracy, frobenius_norm]).toEqual([null, null, null, null]);
});
