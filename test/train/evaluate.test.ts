import { expect, test } from 'vitest';
import { type Batch, testBatches } from '../../harness/data/images/batches.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { evaluate, readStep } from '../../harness/train/evaluate.ts';
import { imageEvaluationStep, imageFeeds } from '../../harness/train/image-steps.ts';
import '../helpers/engine.ts';
import { tensorOf, valuesOf } from '../helpers/engine.ts';
import { softmaxCrossEntropy, values } from '../helpers/reference.ts';
import { normalizationsMoved, tinyData, tinyModel } from '../helpers/tiny-training.ts';

const data = tinyData(8, 11);
/** Its loss is a few units: float32 resolves the digits that are compared, however sums are ordered. */
const model = tinyModel({ seed: 3 });
const step = imageEvaluationStep(model);
const feedsOf = (batch: Batch) => imageFeeds(batch, [8, 8, 3]);

test('evaluate gives loss and accuracy over all images, whatever the batch size, a partial last batch included', async () => {
  const [batch] = testBatches(data, 11);
  const logits = valuesOf(model.apply(tensorOf(values([11, 8, 8, 3], batch!.images)), { training: false }));
  const labels = [...data.test.labels];
  const rows = labels.map((_, n) => [...logits.data.subarray(3 * n, 3 * n + 3)]);
  const right = rows.filter((row, n) => row.indexOf(Math.max(...row)) === labels[n]).length;
  // An accuracy that tells: neither none nor all.
  expect(right).toBeGreaterThan(0);
  expect(right).toBeLessThan(11);
  for (const size of [11, 4, 1, 500]) {
    let calls = 0;
    const { loss, accuracy } = await evaluate(step, testBatches(data, size), feedsOf, async () => void calls++);
    expect(accuracy).toBe(right / 11);
    expect(loss).toBeCloseTo(softmaxCrossEntropy(logits, labels, 0), 5);
    expect(calls).toBe(Math.ceil(11 / size));
  }
});

test.each([
  ['dense', 1],
  ['low-rank', 0.25],
  ['low-rank', 1.5],
] as const)(
  'an eager evaluation equals the replayed one to the bit: %s, rank scale %d, batches of several sizes',
  (method, scale) => {
    const own = imageEvaluationStep(normalizationsMoved(tinyModel({ method, scale, seed: 6 })));
    for (const size of [11, 4]) {
      for (const batch of testBatches(data, size)) {
        const replayed = readStep('replayed', () => own.run(feedsOf(batch)));
        const before = tf.memory().numTensors;
        expect(readStep('eager', () => own.runEagerly(feedsOf(batch)))).toEqual(replayed);
        expect(tf.memory().numTensors).toBe(before);
      }
    }
    own.dispose();
  },
);

test('an evaluation changes no variable and leaves no tensor', () => {
  const [batch] = testBatches(data, 11);
  const before = [tf.memory().numTensors, ...model.variables.map(({ value }) => value.id)];
  const run = () => readStep('evaluation', () => step.run(feedsOf(batch!)));
  const first = run();
  expect(run()).toEqual(first);
  expect([tf.memory().numTensors, ...model.variables.map(({ value }) => value.id)]).toEqual(before);
});
