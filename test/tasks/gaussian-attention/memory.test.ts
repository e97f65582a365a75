import { describe, expect, it } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { streamsOf } from '../../../harness/random.ts';
import { attentionNames } from '../../../harness/spec/gaussian-attention.ts';
import { symbolBatch } from '../../../harness/tasks/gaussian-attention/batches.ts';
import { attentionScores, conditionsOf, newMemory } from '../../../harness/tasks/gaussian-attention/memory.ts';
import { answerLoss, memoryStep, questionFeeds, scoresOf } from '../../../harness/tasks/gaussian-attention/training.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, softmaxCrossEntropy, type Values, values } from '../../helpers/reference.ts';
import {
  numpyScores,
  type SmallQuestion,
  smallLogs,
  smallMemory,
  smallQuestions,
  smallShifts,
  smallVectors,
} from '../../helpers/small-memory.ts';

const names = Object.keys(smallQuestions) as SmallQuestion[];
// Three relations, which are taken as one way round with inverses that no question goes along.
const relations = { relations: 1.5 };
const feedsOf = (name: SmallQuestion, answer = 2) =>
  questionFeeds(symbolBatch([{ branches: smallQuestions[name] }], [answer], relations));

describe.each(attentionNames)('%s', (method) => {
  it.each(names)('scores a question as NumPy does, and has its loss: %s', (name) => {
    const memory = smallMemory(method);
    const { scores, loss } = numpyScores[method][name];
    expectClose(scoresOf({ memory, encoder: null }, feedsOf(name)), values([1, 4], scores), 1e-6);
    const terms = answerLoss({ memory, encoder: null })(feedsOf(name));
    expect(terms.loss.dataSync()[0]).toBeCloseTo(loss, 5);
    expect(terms.correct.dataSync()[0]).toBe(scores.indexOf(Math.max(...scores)) === 2 ? 1 : 0);
  });

  it.each(names)('has the gradients of finite differences in float64: %s', (name) => {
    const memory = smallMemory(method);
    const loss = answerLoss({ memory, encoder: null });
    const { gradients } = valueAndGradients(() => loss(feedsOf(name)).loss, memory.variables);
    const all = [smallVectors, smallShifts, ...(method === 'trans-gaussian' ? [smallLogs] : [])];
    gradients.forEach((gradient, index) => {
      const expected = finiteDifferences((moved) => {
        const [v, delta, logs = smallLogs] = all.map((own, i) => (i === index ? moved : own));
        return softmaxCrossEntropy(referenceScores(method, name, [v!, delta!, logs]), [2], 0);
      }, all[index]!);
      expectClose(gradient, expected, 1e-5);
    });
  });
});

/** From the definition, one entry after the other. */
function referenceScores(method: string, name: SmallQuestion, [v, delta, logs]: [Values, Values, Values]): Values {
  const scores = [0, 1, 2, 3].map((entity) =>
    smallQuestions[name].reduce((sum, { start, path }) => {
      let score = sum;
      for (const i of [0, 1]) {
        let [mean, variance] = [at(v, start, i), 0];
        for (const relation of path) {
          mean += at(delta, relation, i);
          variance += method === 'trans-gaussian' ? Math.exp(at(logs, relation, i)) : 1;
        }
        score -= (at(v, entity, i) - mean) ** 2 / (2 * (method === 'transe' ? 1 : variance));
      }
      return score;
    }, 0),
  );
  return values([1, 4], scores);
}

it('leaves out conditions that a question does not have', () => {
  const memory = smallMemory('trans-gaussian');
  const { starts, counts } = feedsOf('conjunction');
  const conditions = conditionsOf(memory, starts, counts!);
  const first = attentionScores(memory, conditions, 2, tf.tensor2d([1, 0], [2, 1]));
  const alone = questionFeeds(symbolBatch([{ branches: [smallQuestions.conjunction[0]!] }], [2], relations));
  expectClose(first, valuesOf(scoresOf({ memory, encoder: null }, alone)), 1e-6);
});

it('draws vectors and shifts that do not depend on the method, with covariances of I', () => {
  const shape = { entities: 5, relations: 4, dimension: 3 };
  const drawn = attentionNames.map((method) => newMemory(method, shape, 0.5, streamsOf('test', 0)));
  for (const memory of drawn) {
    expect(valuesOf(memory.entities.value)).toEqual(valuesOf(drawn[0]!.entities.value));
    expect(valuesOf(memory.shifts.value)).toEqual(valuesOf(drawn[0]!.shifts.value));
    expect(memory.logVariances !== null).toBe(memory.method === 'trans-gaussian');
    expect([...(memory.logVariances?.value.dataSync() ?? [])].every((value) => value === 0)).toBe(true);
  }
});

it('learns an answer by steps that leak nothing', () => {
  const memory = smallMemory('trans-gaussian');
  const step = memoryStep(memory);
  const lossAt = (learningRate: number) =>
    tf.tidy(() => step.run({ ...feedsOf('path'), learningRate: tf.scalar(learningRate) }).loss.dataSync()[0]!);
  const before = lossAt(0);
  const tensors = tf.memory().numTensors;
  for (let i = 0; i < 20; i++) lossAt(0.05);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(lossAt(0)).toBeLessThan(before / 2);
  step.dispose();
});
