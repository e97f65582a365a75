import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { streamsOf } from '../../harness/random.ts';
import type { TrainingSpec } from '../../harness/spec/image.ts';
import { imageTraining } from '../../harness/tasks/image/training.ts';
import { imageEvaluationStep, imageTrainingStep } from '../../harness/train/image-steps.ts';
import { trainLoop } from '../../harness/train/loop.ts';
import { type Phase, totalEpochs } from '../../harness/train/phases.ts';
import '../helpers/engine.ts';
import { tinyData, tinyDataset, tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

const short: Phase<TrainingSpec> = { label: 'short', training: { ...tinyTraining, epochs: 1 } };
const long: Phase<TrainingSpec> = { label: 'long', training: { ...tinyTraining, epochs: 2, learningRate: 0.02 } };

function setUp(...phases: Phase<TrainingSpec>[]) {
  const model = tinyModel();
  const step = imageTrainingStep(model, tinyTraining, 'weight-decay');
  const evaluation = imageEvaluationStep(model);
  const streams = streamsOf('tiny', 0);
  return {
    ...imageTraining({ model, step, evaluation, data: tinyData(), dataset: tinyDataset, streams, phases }),
    curve: [],
    onProgress: () => undefined,
    onPoint: async () => undefined,
  };
}

test('phases follow one another: epochs and steps counted through, each schedule from its start, momentum from zero', async () => {
  const options = setUp(short, long);
  const [events, progress, orders]: [string[], string[], Set<string>] = [[], [], new Set()];
  const momentum = () => options.step.optimizer.slots.some(({ value }) => value.dataSync().some((b) => b !== 0));
  const { curve } = await trainLoop({
    ...options,
    beforePhase: (phase) => void events.push(`before ${phase}, momentum ${momentum()}`),
    afterStep: ({ phase, step, steps, learningRate, batch }) => {
      events.push(`${phase}: ${step}/${steps} at ${learningRate.toPrecision(2)}, momentum ${momentum()}`);
      orders.add([...batch.labels].join());
    },
    onProgress: ({ phase, epoch, step, steps }) => progress.push(`${phase} ${epoch} ${step}/${steps}`),
  });
  // 64 images in batches of 24: 3 steps an epoch. The rates fall halfway, at steps round(1.5) = 2 and 3.
  expect(events).toEqual([
    'before 0, momentum false',
    ...[1, 2].map((step) => `0: ${step}/3 at 0.050, momentum true`),
    '0: 3/3 at 0.0050, momentum true',
    'before 1, momentum false',
    ...[1, 2, 3].map((step) => `1: ${step}/6 at 0.020, momentum true`),
    ...[4, 5, 6].map((step) => `1: ${step}/6 at 0.0020, momentum true`),
  ]);
  expect(progress.filter((line) => line.startsWith('train'))).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => `train ${Math.ceil(step / 3)} ${step}/9`),
  );
  expect(progress.filter((line) => line.startsWith('evaluate'))).toEqual([
    'evaluate 1 3/9',
    'evaluate 2 6/9',
    'evaluate 3 9/9',
  ]);
  expect(curve.map(({ at }) => at)).toEqual([1, 2, 3]);
  expect(orders.size).toBe(9);
  expect(totalEpochs([short, long])).toBe(3);
});

test('a phase that is done is not begun again; one that was only reached is', async () => {
  const all = setUp(short, long);
  const { curve } = await trainLoop({ ...all, phases: all.phases.slice(0, 1) });
  const begun: number[] = [];
  const outcome = await trainLoop({
    ...all,
    curve,
    beforePhase: (phase) => void begun.push(phase),
  });
  expect(begun).toEqual([1]);
  expect(outcome.curve.length).toBe(3);
  expect(outcome.curve[0]).toEqual(curve[0]);
});

test('a phase that diverges ends the training', async () => {
  const absurd: Phase<TrainingSpec> = {
    label: 'absurd',
    training: { ...tinyTraining, epochs: 9, learningRate: 1e30, decayAt: [] },
  };
  const begun: number[] = [];
  const { diverged } = await trainLoop({
    ...setUp(absurd, long),
    beforePhase: (phase) => void begun.push(phase),
  });
  expect([diverged, begun]).toEqual([true, [0]]);
});

test('tensors that are kept after a step are found out', async () => {
  const options = setUp(short);
  const keeping = trainLoop({
    ...options,
    afterStep: () => void tf.keep(tf.clone(options.step.variables[0]!.value)),
  });
  await expect(keeping).rejects.toThrow('after step leaks 1 tensor(s)');
});

test('a kind without epochs is measured every so many steps and at the end of a phase, and counts steps', async () => {
  const options = setUp(short);
  const [{ rateAt, drawn }] = options.phases as [(typeof options.phases)[number]];
  const phase = (steps: number) => ({ steps, stepsPerPoint: 2, rateAt, drawn });
  const [measuredAt, seen]: [number[], string[]] = [[], []];
  const { curve } = await trainLoop({
    ...options,
    counted: 'steps',
    phases: [phase(5), phase(2)],
    beforePhase: (index) => void seen.push(`before ${index}`),
    afterStep: ({ phase: index, step, steps }) => void seen.push(`${index}: ${step}/${steps}`),
    onPoint: async (points) => void measuredAt.push(points.at(-1)!.at),
  });
  expect(curve.map(({ at }) => at)).toEqual([2, 4, 5, 7]);
  expect(measuredAt).toEqual([2, 4, 5, 7]);
  expect(seen).toEqual([
    'before 0',
    ...[1, 2, 3, 4, 5].map((step) => `0: ${step}/5`),
    'before 1',
    ...[1, 2].map((step) => `1: ${step}/2`),
  ]);
  const again = setUp(short);
  const resumed = await trainLoop({
    ...again,
    counted: 'steps',
    phases: [phase(5), phase(2)],
    curve: curve.slice(0, 3),
  });
  expect(resumed.curve.map(({ at }) => at)).toEqual([2, 4, 5, 7]);
});

test('batches that end too early are an error', async () => {
  const options = setUp(short);
  const phases = options.phases.map((phase) => ({ ...phase, steps: 4, stepsPerPoint: 4 }));
  await expect(trainLoop({ ...options, phases })).rejects.toThrow('the batches of point 1 end at step 3 of 4');
});
