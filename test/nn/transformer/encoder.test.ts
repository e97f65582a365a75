import { describe, expect, test } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { type Tensor, tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { lowRank } from '../../../harness/methods/low-rank.ts';
import { buildMaskedTokenModel, buildSpanModel, type EncoderModel } from '../../../harness/nn/transformer/encoder.ts';
import { streamsOf } from '../../../harness/random.ts';
import { type EncoderHead, encoderBlueprint } from '../../../harness/shape/encoder.ts';
import { maskedEvaluationStep, spanEvaluationStep, spanLoss } from '../../../harness/train/encoder-steps.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { finiteDifferences } from '../../helpers/finite-differences.ts';
import { at, matMul, softmaxCrossEntropy, transposed, type Values, values } from '../../helpers/reference.ts';
import { referenceEncoding, referenceMatrix, type Sentences } from '../../helpers/reference-transformer.ts';
import { idTensor, maskTensor, randomized } from '../../helpers/tiny-transformer.ts';

const sizes = { layers: 2, width: 4, feedForward: 6, heads: 2, positions: 5, vocabulary: 7 };
const tokens: Sentences = [
  [1, 5, 1, 6],
  [0, 2, 4, 0],
];
/** The last token of the second sentence is padding. */
const mask: Sentences = [
  [0, 0, 0, 0],
  [0, 0, 0, -1e9],
];
const compressionOf = (method: string) => ({
  method: method === 'dense' ? dense : lowRank,
  scale: 0.5,
  init: 'default' as const,
});
const blueprintOf = (head: EncoderHead) => encoderBlueprint('tiny', sizes, head);
const streams = streamsOf('tiny-encoder', 0);
const weightsOf = (model: EncoderModel) => new Map(model.variables.map(({ name, value }) => [name, valuesOf(value)]));
type Weights = ReturnType<typeof weightsOf>;

/** What the tests ask for: two of the first sentence's tokens, one of the second's, and one that does not count. */
const asked = { places: [1, 3, 5, 0], labels: [5, 2, 6, 0], weights: [1, 1, 1, 0] };

/** Rows of a matrix. */
function rowsAt(x: Values, rows: readonly number[]): Values {
  const width = x.shape[1]!;
  return values(
    [rows.length, width],
    rows.flatMap((row) => [...x.data.subarray(row * width, (row + 1) * width)]),
  );
}

function withBias(x: Values, bias: Values): Values {
  const width = x.shape[1]!;
  return values(
    x.shape,
    Array.from(x.data, (value, flat) => value + bias.data[flat % width]!),
  );
}

/** Logits h·Eᵀ + b of the tokens that count. */
function maskedLogits(weights: Weights): Values {
  const told = rowsAt(referenceEncoding(sizes, weights, { tokens }), asked.places.slice(0, 3));
  return withBias(matMul(told, transposed(referenceMatrix(weights, 'source'))), weights.get('output.bias')!);
}

/** The start's and the end's scores, a sentence a row. */
function spanScores(weights: Weights): [Values, Values] {
  const hidden = referenceEncoding(sizes, weights, { tokens, mask });
  const both = matMul(hidden, weights.get('encoder.span.weight')!);
  const of = (column: number) =>
    values(
      [2, 4],
      Array.from({ length: 8 }, (_, row) => at(both, row, column) + mask.flat()[row]!),
    );
  return [of(0), of(1)];
}

const starts = [2, 0];
const ends = [3, 2];

describe.each(['dense', 'low-rank'])('with %s matrices', (method) => {
  const model = randomized(buildMaskedTokenModel(blueprintOf('masked-tokens'), compressionOf(method), streams));
  const weights = weightsOf(model);
  const span = randomized(buildSpanModel(blueprintOf('span'), compressionOf(method), streams));
  const ofSpan = weightsOf(span);
  const lossOf = () =>
    model.crossEntropy(
      { tokens: idTensor(tokens) },
      tf.tensor1d(asked.places, 'int32'),
      tf.tensor1d(asked.labels, 'int32'),
      tf.tensor1d(asked.weights),
    ).loss;
  const spanFeeds = () => ({
    tokens: idTensor(tokens),
    mask: maskTensor(mask),
    starts: tf.tensor1d(starts, 'int32'),
    ends: tf.tensor1d(ends, 'int32'),
  });

  test('vectors and scores are those of the definition', () => {
    expectClose(model.encode({ tokens: idTensor(tokens) }), referenceEncoding(sizes, weights, { tokens }));
    const { start, end } = span.scores({ tokens: idTensor(tokens), mask: maskTensor(mask) });
    const [first, last] = spanScores(ofSpan);
    expectClose(start, first);
    expectClose(end, last);
  });

  test('the output shares the table: masked tokens have the loss and the gradients of h·Eᵀ + b', () => {
    const reference = (moved: Weights) => softmaxCrossEntropy(maskedLogits(moved), asked.labels.slice(0, 3), 0);
    expect(lossOf().dataSync()[0]).toBeCloseTo(reference(weights), 5);
    expectGradients(model, weights, lossOf, reference);
  });

  test('spans have the loss and the gradients of two cross-entropies over the tokens', () => {
    const reference = (moved: Weights) => {
      const [first, last] = spanScores(moved);
      return (softmaxCrossEntropy(first, starts, 0) + softmaxCrossEntropy(last, ends, 0)) / 2;
    };
    const loss = () => spanLoss(span)(spanFeeds()).loss;
    expect(loss().dataSync()[0]).toBeCloseTo(reference(ofSpan), 5);
    // The last offset is the same for all tokens, among which the softmax compares.
    expectGradients(span, ofSpan, loss, reference, ['encoder.norm.offset']);
  });

  test('recorded steps give what the operations give one by one', () => {
    const feeds = {
      tokens: idTensor(tokens),
      places: tf.tensor1d(asked.places, 'int32'),
      labels: tf.tensor1d(asked.labels, 'int32'),
      weights: tf.tensor1d(asked.weights),
    };
    for (const [step, given] of [
      [maskedEvaluationStep(model), feeds],
      [spanEvaluationStep(span), spanFeeds()],
    ] as const) {
      const numbers = (result: Record<string, Tensor>) => Object.values(result).map((one) => one.dataSync()[0]);
      expect(numbers(step.run(given as never))).toEqual(numbers(step.runEagerly(given as never)));
      step.dispose();
    }
  });
});

/** Every number of every variable has the derivative of the reference. */
function expectGradients(
  model: EncoderModel,
  weights: Weights,
  loss: () => ReturnType<typeof tf.scalar>,
  reference: (weights: Weights) => number,
  constant: readonly string[] = [],
): void {
  const { gradients } = valueAndGradients(loss, model.variables);
  const largest = Math.max(...gradients.map((gradient) => tf.max(tf.abs(gradient)).dataSync()[0]!));
  model.variables.forEach(({ name }, index) => {
    const expected = finiteDifferences(
      (moved) => reference(new Map(weights).set(name, moved)),
      weights.get(name)!,
      1e-6,
    );
    const actual = valuesOf(gradients[index]!);
    const miss = Math.max(...actual.data.map((value, flat) => Math.abs(value - expected.data[flat]!)));
    expect(`${name}: ${miss < 1e-5 * largest ? 'close' : miss / largest}`).toBe(`${name}: close`);
    // A variable without any gradient would be close to everything.
    const matters = expected.data.some((value) => Math.abs(value) > 1e-5 * largest);
    expect([name, matters]).toEqual([name, !constant.includes(name)]);
  });
}

test('a window is right where both ends have the largest score', () => {
  const model = buildSpanModel(blueprintOf('span'), compressionOf('dense'), streams);
  const { start, end } = model.scores({ tokens: idTensor(tokens), mask: maskTensor(mask) });
  const [first, last] = [start, end].map((scores) => [...tf.argMax(scores, 1).dataSync()]) as [number[], number[]];
  const correct = (ends: number[]) =>
    spanLoss(model)({
      tokens: idTensor(tokens),
      mask: maskTensor(mask),
      starts: tf.tensor1d(first, 'int32'),
      ends: tf.tensor1d(ends, 'int32'),
    }).correct.dataSync()[0];
  expect(correct(last)).toBe(2);
  expect(correct([last[0]!, (last[1]! + 1) % 4])).toBe(1);
});

test('heads and blueprints go together, and dropout needs a seed', () => {
  const build = () => buildSpanModel(blueprintOf('masked-tokens'), compressionOf('dense'), streams);
  expect(build).toThrow("encoder tiny: its blueprint has the head 'masked-tokens', not 'span'");
  const model = buildMaskedTokenModel(blueprintOf('masked-tokens'), compressionOf('dense'), streams);
  expect(() => model.encode({ tokens: idTensor(tokens) }, { hidden: 0.1, relu: 0 })).toThrow('dropout needs a seed');
});
