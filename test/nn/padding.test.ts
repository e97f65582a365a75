import { expect, test } from 'vitest';
import { valueAndGradients } from '../../harness/engine/gradients.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { valuesOf } from '../helpers/engine.ts';
import type { Sentences } from '../helpers/reference-transformer.ts';
import { idTensor, maskTensor, randomized, tinyTransformer } from '../helpers/tiny-transformer.ts';

/** Padding has number 0, and no sentence contains it. The longer source belongs to the shorter target. */
const pairs = [
  { source: [1, 5, 1, 3, 2], target: [1, 3], labels: [3, 2] },
  { source: [4, 2], target: [1, 4, 3, 3], labels: [4, 3, 3, 2] },
  { source: [3], target: [2, 1, 4], labels: [1, 4, 2] },
];

function gradientsOf(model: SequenceModel, batch: typeof pairs) {
  const [longestSource, longestTarget] = [
    Math.max(...batch.map(({ source }) => source.length)),
    Math.max(...batch.map(({ target }) => target.length)),
  ];
  const fill = (rows: Sentences, length: number, padding: number) =>
    rows.map((row) => [...row, ...Array.from({ length: length - row.length }, () => padding)]);
  const side = (name: keyof (typeof pairs)[number]): Sentences => batch.map((pair) => pair[name]);
  const [sources, targets, labels] = [side('source'), side('target'), side('labels')];
  const blank = (rows: Sentences, value: number) => rows.map((row) => row.map(() => value));
  const inputs = {
    source: idTensor(fill(sources, longestSource, 0)),
    target: idTensor(fill(targets, longestTarget, 0)),
    sourceMask: maskTensor(fill(blank(sources, 0), longestSource, -1e9)),
    targetMask: maskTensor(fill(blank(targets, 0), longestTarget, -1e9)),
  };
  const size = batch.length * longestTarget;
  const { value, gradients } = valueAndGradients(
    () =>
      model.crossEntropy(
        inputs,
        tf.reshape(idTensor(fill(labels, longestTarget, 0)), [size]),
        tf.reshape(maskTensor(fill(blank(labels, 1), longestTarget, 0)), [size]),
        0.1,
      ).loss,
    model.variables,
  );
  return { loss: value.dataSync()[0]!, gradients: gradients.map(valuesOf) };
}

test.each(['dense', 'low-rank'] as const)(
  'with %s matrices, loss and gradients of a padded batch are the mean over its sentences one by one',
  (method) => {
    const model = randomized(tinyTransformer({ method }));
    const together = gradientsOf(model, pairs);
    const apart = pairs.map((pair) => ({ share: pair.labels.length / 9, ...gradientsOf(model, [pair]) }));
    const mean = (part: (one: (typeof apart)[number]) => number) =>
      apart.reduce((sum, one) => sum + one.share * part(one), 0);
    expect(together.loss).toBeCloseTo(
      mean(({ loss }) => loss),
      5,
    );
    const largest = Math.max(...together.gradients.flatMap(({ data }) => [...data].map(Math.abs)));
    model.variables.forEach(({ name }, index) => {
      const miss = [...together.gradients[index]!.data].map((value, flat) =>
        Math.abs(value - mean(({ gradients }) => gradients[index]!.data[flat]!)),
      );
      expect(`${name}: ${Math.max(...miss) < 1e-5 * largest ? 'close' : Math.max(...miss)}`).toBe(`${name}: close`);
    });
    // Nothing moves the row of the padding in the table that has rows of tokens.
    const table = model.variables.findIndex(({ name }) => name === (method === 'dense' ? 'source.weight' : 'source.u'));
    const { shape, data } = together.gradients[table]!;
    expect([...data.subarray(0, shape[1])].every((value) => value === 0)).toBe(true);
  },
);
