import { expect, test } from 'vitest';
import { tf } from '../../harness/engine/tensorflow.ts';
import { weightsDigest } from '../../harness/measure/weights.ts';
import { streamsOf } from '../../harness/random.ts';
import type { EpochPoint } from '../../harness/record.ts';
import { evaluationStep } from '../../harness/train/evaluate.ts';
import { type Phase, totalEpochs, trainPhases } from '../../harness/train/phases.ts';
import { train } from '../../harness/train/trainer.ts';
import { trainingStep } from '../../harness/train/training-step.ts';
import '../helpers/engine.ts';
import { tinyData, tinyDataset, tinyModel, tinyTraining } from '../helpers/tiny-training.ts';

const short: Phase = { label: 'short', training: { ...tinyTraining, epochs: 1 } };
const long: Phase = { label: 'long', training: { ...tinyTraining, epochs: 2, learningRate: 0.02 } };

function setUp() {
  const model = tinyModel();
  const step = trainingStep(model, tinyTraining, 'weight-decay');
  return {
    model,
    step,
    evaluation: evaluationStep(model, [8, 8, 3]),
    data: tinyData(),
    dataset: tinyDataset,
    streams: streamsOf('tiny', 0),
    curve: [],
    onProgress: () => undefined,
    onEpoch: async () => undefined,
  };
}

const withoutSeconds = (curve: readonly EpochPoint[]) => curve.map((point) => ({ ...point, seconds: 0 }));

test('one phase is a training', async () => {
  const [plain, phased] = [setUp(), setUp()];
  const { curve } = await train({ ...plain, training: long.training });
  const outcome = await trainPhases({ ...phased, phases: [long] });
  expect(withoutSeconds(outcome.curve)).toEqual(withoutSeconds(curve));
  expect(weightsDigest(phased.step.variables)).toBe(weightsDigest(plain.step.variables));
});

test('phases follow one another: epochs and steps counted through, each schedule from its start, momentum from zero', async () => {
  const options = setUp();
  const [events, progress, orders]: [string[], string[], Set<string>] = [[], [], new Set()];
  const momentum = () => [...options.step.momenta.values()].some(({ value }) => value.dataSync().some((b) => b !== 0));
  const { curve } = await trainPhases({
    ...options,
    phases: [short, long],
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
  expect(curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(orders.size).toBe(9);
  expect(totalEpochs([short, long])).toBe(3);
});

test('a phase that is done is not begun again; one that was only reached is', async () => {
  const first = setUp();
  const { curve } = await trainPhases({ ...first, phases: [short] });
  const begun: number[] = [];
  const outcome = await trainPhases({
    ...first,
    curve,
    phases: [short, long],
    beforePhase: (phase) => void begun.push(phase),
  });
  expect(begun).toEqual([1]);
  expect(outcome.curve.length).toBe(3);
  expect(outcome.curve[0]).toEqual(curve[0]);
});

test('a phase that diverges ends the training', async () => {
  const absurd: Phase = { label: 'absurd', training: { ...tinyTraining, epochs: 9, learningRate: 1e30, decayAt: [] } };
  const begun: number[] = [];
  const { diverged } = await trainPhases({
    ...setUp(),
    phases: [absurd, long],
    beforePhase: (phase) => void begun.push(phase),
  });
  expect([diverged, begun]).toEqual([true, [0]]);
});

test('tensors that are kept after a step are found out', async () => {
  const options = setUp();
  const keeping = trainPhases({
    ...options,
    phases: [short],
    afterStep: () => void tf.keep(tf.clone(options.step.variables[0]!.value)),
  });
  await expect(keeping).rejects.toThrow('after step: 1 tensor(s) leaked');
});
