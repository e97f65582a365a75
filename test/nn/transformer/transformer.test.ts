import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { UsageError } from '../../../harness/errors.ts';
import { weightsDigest } from '../../../harness/measure/weights.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { lowRank } from '../../../harness/methods/low-rank.ts';
import type { SequenceModel } from '../../../harness/nn/transformer/sequence-model.ts';
import { buildTransformer } from '../../../harness/nn/transformer/transformer.ts';
import { streamsOf } from '../../../harness/random.ts';
import { transformerBlueprint, transformerParameters } from '../../../harness/shape/transformer.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { softmaxCrossEntropy, type Values, values } from '../../helpers/reference.ts';
import { type ReferenceInputs, referenceLogits } from '../../helpers/reference-transformer.ts';
import {
  idTensor,
  inputTensors,
  maskTensor,
  padding,
  randomized,
  sentences,
  tinySizes,
  tinyTransformer,
} from '../../helpers/tiny-transformer.ts';

const variable = (model: SequenceModel, name: string) => model.variables.find((candidate) => candidate.name === name)!;
const weightsOf = (model: SequenceModel) => new Map(model.variables.map(({ name, value }) => [name, valuesOf(value)]));
const plain: ReferenceInputs = { source: sentences.source, target: sentences.target };
const masked: ReferenceInputs = { ...plain, sourceMask: padding.sourceMask, targetMask: padding.targetMask };

describe.each(['dense', 'low-rank'] as const)('a Transformer with %s matrices', (method) => {
  const model = randomized(tinyTransformer({ method }));
  const weights = weightsOf(model);

  test.each([
    ['without masks', plain],
    ['with padding', masked],
  ])('gives the logits of the definition %s', (_, inputs) => {
    expectClose(model.apply(inputTensors(inputs)), referenceLogits(model, weights, inputs));
  });

  test.each([
    ['all tokens', plain, undefined],
    ['tokens without padding', masked, padding.weights],
  ])('has the gradient of finite differences for every number of every variable, over %s', (_, inputs, counts) => {
    const tensors = inputTensors(inputs);
    const labels = tf.reshape(idTensor(sentences.labels), [8]);
    const weightsOfTokens = counts === undefined ? null : tf.reshape(maskTensor(counts), [8]);
    const loss = () => model.crossEntropy(tensors, labels, weightsOfTokens, 0.1).loss;
    const { gradients } = valueAndGradients(loss, model.variables);
    const largest = Math.max(...gradients.map((gradient) => tf.max(tf.abs(gradient)).dataSync()[0]!));
    const reference = (name: string) => (moved: Values) =>
      meanLoss(referenceLogits(model, new Map(weights).set(name, moved), inputs), counts?.flat());
    model.variables.forEach(({ name }, index) => {
      const expected = finiteDifferences(reference(name), weights.get(name)!, 1e-6);
      const actual = valuesOf(gradients[index]!);
      const miss = Math.max(...actual.data.map((value, flat) => Math.abs(value - expected.data[flat]!)));
      expect(`${name}: ${miss < 1e-5 * largest ? 'close' : miss / largest}`).toBe(`${name}: close`);
      // A variable without any gradient would be close to everything.
      expect(expected.data.some((value) => Math.abs(value) > 1e-5 * largest)).toBe(true);
    });
  });
});

/** The loss of the definition, over the rows that count. */
function meanLoss(logits: Values, counts: readonly number[] | undefined): number {
  const [rows, classes] = logits.shape as [number, number];
  const labels = sentences.labels.flat();
  const counted = Array.from({ length: rows }, (_, row) => row).filter((row) => (counts?.[row] ?? 1) === 1);
  const kept = counted.flatMap((row) => [...logits.data.subarray(row * classes, (row + 1) * classes)]);
  return softmaxCrossEntropy(
    values([counted.length, classes], kept),
    counted.map((row) => labels[row]!),
    0.1,
  );
}

describe('masks', () => {
  const model = randomized(tinyTransformer());
  const logitsOf = (inputs: ReferenceInputs) => [...model.apply(inputTensors(inputs)).dataSync()];

  test('leave no way from a later target token to an earlier one', () => {
    const changed = sentences.target.map((row) => [...row.slice(0, 3), (row[3]! + 1) % 5]);
    const [before, after] = [logitsOf(plain), logitsOf({ ...plain, target: changed })];
    for (const row of Array.from({ length: 8 }, (_, n) => n)) {
      const same = before.slice(5 * row, 5 * row + 5).every((value, i) => value === after[5 * row + i]);
      expect([row, same]).toEqual([row, row % 4 !== 3]);
    }
  });

  test('make the logits independent of what a padded source token is', () => {
    const changed = [[1, 5, 3], sentences.source[1]!];
    expect(logitsOf({ ...masked, source: changed })).toEqual(logitsOf(masked));
    expect(logitsOf({ ...plain, source: changed })).not.toEqual(logitsOf(plain));
  });

  test('make the logits independent of what a padded target token is, where a later token would read it', () => {
    // The third token of the second pair is padding; the fourth comes after it.
    const changed = [sentences.target[0]!, [4, 2, 3, 1]];
    const last = (logits: readonly number[]) => logits.slice(35);
    expect(last(logitsOf({ ...masked, target: changed }))).toEqual(last(logitsOf(masked)));
    expect(last(logitsOf({ ...plain, target: changed }))).not.toEqual(last(logitsOf(plain)));
  });
});

describe('buildTransformer', () => {
  test('has as many parameters as the blueprint counts', () => {
    for (const method of ['dense', 'low-rank'] as const) {
      for (const scale of [0.25, 0.5, 1]) {
        const model = tinyTransformer({ method, scale, sizes: { width: 8 } });
        const size = model.variables.reduce((sum, { value }) => sum + value.size, 0);
        expect(size).toBe(
          transformerParameters(model.blueprint, (method === 'dense' ? dense : lowRank).matrices!, scale),
        );
      }
    }
  });

  test('draws equal weights from equal seeds, and others from other seeds, methods and initializations', () => {
    const digests = [
      tinyTransformer({ method: 'low-rank' }),
      tinyTransformer({ method: 'low-rank' }),
      tinyTransformer({ method: 'low-rank', seed: 1 }),
      tinyTransformer({ method: 'low-rank', init: 'spectral' }),
      tinyTransformer(),
    ].map(({ variables }) => weightsDigest(variables));
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(4);
  });

  test('gives dense and spectral models of one seed the same logits where no rank is cut', () => {
    const [whole, spectral] = [tinyTransformer(), tinyTransformer({ method: 'low-rank', init: 'spectral', scale: 1 })];
    expectClose(spectral.apply(inputTensors(plain)), valuesOf(whole.apply(inputTensors(plain))));
  });

  test('names every variable once, and calls the factors of products factors', () => {
    const model = tinyTransformer({ method: 'low-rank' });
    expect(new Set(model.variables.map(({ name }) => name)).size).toBe(model.variables.length);
    const factors = model.variables.filter(({ role }) => role === 'factor').map(({ name }) => name);
    expect(factors.every((name) => /\.[uv]$|\.(query|key|value|output)$/.test(name))).toBe(true);
    // Ten matrices of two factors each, and five attentions of four.
    expect(factors.length).toBe(2 * (4 + 2 * 3) + 4 * 5);
    expect(model.products.linear.length).toBe(4 + 2 * 3);
    expect(model.products['query-key'].length).toBe(5);
  });

  test('starts with normalizations of scale 1 and offset 0, and an output bias of 0', () => {
    const model = tinyTransformer();
    expect([...variable(model, 'encoder.norm.scale').value.dataSync()]).toEqual([1, 1, 1, 1]);
    expect([...variable(model, 'encoder.norm.offset').value.dataSync()]).toEqual([0, 0, 0, 0]);
    expect([...variable(model, 'output.bias').value.dataSync()]).toEqual([0, 0, 0, 0, 0]);
  });

  test('refuses a method that knows convolutions only', () => {
    const { matrices: _, ...convolutionsOnly } = lowRank;
    const build = () =>
      buildTransformer(
        transformerBlueprint('tiny', tinySizes),
        { method: { ...convolutionsOnly, name: 'pruned' }, scale: 0.5, init: 'default' },
        streamsOf('tiny-transformer', 0),
      );
    expect(build).toThrow(UsageError);
    expect(build).toThrow("method 'pruned' replaces convolutions only");
  });

  test('refuses a sequence that is longer than its positions', () => {
    const long = [[0, 1, 2, 3, 4, 5]];
    expect(() => tinyTransformer().apply(inputTensors({ source: long, target: [[0]] }))).toThrow(
      /6 tokens .* 5 positions/,
    );
  });
});
