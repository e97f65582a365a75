import { describe, expect, test } from 'vitest';
import { modelScorers } from '../../harness/decode/model-scorer.ts';
import { type TranslationOptions, translator } from '../../harness/decode/translator.ts';
import { withoutLeaks } from '../../harness/engine/gradients.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { expectClose, valuesOf } from '../helpers/engine.ts';
import { values } from '../helpers/reference.ts';
import {
  idTensor,
  maskTensor,
  randomized,
  type TinyTransformerOptions,
  tinyTransformer,
} from '../helpers/tiny-transformer.ts';

const special = { pad: 0, bos: 1, eos: 2 };
const options = (changes: Partial<TranslationOptions> = {}): TranslationOptions => ({
  beam: 3,
  lengthPenalty: 1,
  maxLength: { a: 0, b: 6 },
  special,
  batchSize: 8,
  ...changes,
});
/** Sources of several lengths, their end included; one repeats. */
const sources = [[3, 2], [5, 4, 3, 5, 4, 2], [2], [4, 4, 5, 2], [3, 2], [5, 5, 5, 2]];

const model = (extra: TinyTransformerOptions = {}): SequenceModel =>
  randomized(tinyTransformer({ ...extra, sizes: { positions: 40, targetVocabulary: 7, width: 8, ...extra.sizes } }));

/** log p of every next token, from the whole prefix without anything kept. */
function nextLogProbabilities(from: SequenceModel, source: readonly number[], prefix: readonly number[]): number[] {
  const logits = from.apply({ source: idTensor([source]), target: idTensor([[special.bos, ...prefix]]) });
  return [...tf.logSoftmax(tf.slice(logits, [prefix.length, 0], [1, -1])).dataSync()];
}

describe.each(['dense', 'low-rank'] as const)('with %s matrices', (method) => {
  const subject = model({ method });

  test('logits token by token are those of the whole target', () => {
    const source = idTensor([
      [3, 5, 2],
      [4, 2, 0],
    ]);
    const sourceMask = maskTensor([
      [0, 0, 0],
      [0, 0, -1e9],
    ]);
    const targets = [
      [1, 3, 6, 4],
      [1, 5, 5, 3],
    ];
    const whole = valuesOf(subject.apply({ source, sourceMask, target: idTensor(targets) }));
    const memory = subject.incremental.views(subject.encode({ source, sourceMask }), 2);
    let before = subject.incremental.empty(2, 9);
    for (let position = 0; position < 4; position++) {
      const tokens = tf.tensor1d(
        targets.map((row) => row[position]!),
        'int32',
      );
      const next = { tokens, position: tf.scalar(position, 'int32'), before, memory, sourceMask };
      const { logits, views } = subject.incremental.next(next);
      const expected = [0, 1].flatMap((row) => {
        const from = (4 * row + position) * 7;
        return [...whole.data.subarray(from, from + 7)];
      });
      expectClose(logits, values([2, 7], expected), 1e-5);
      before = views;
    }
  });

  test('greedy search takes what the model without kept keys and values finds likeliest', () => {
    const greedy = translator(subject, options({ beam: 1 }));
    const found = greedy.translate(sources);
    sources.forEach((source, index) => {
      const tokens: number[] = [];
      let sum = 0;
      for (;;) {
        const next = nextLogProbabilities(subject, source, tokens);
        const allowed = next.map((value, token) => (token < 2 || (tokens.length === 6 && token !== 2) ? -1e9 : value));
        const token = allowed.indexOf(Math.max(...allowed));
        sum += next[token]!;
        if (token === special.eos) break;
        tokens.push(token);
      }
      expect(found[index]!.map((hypothesis) => hypothesis.tokens)).toEqual([tokens]);
      expect(found[index]![0]!.logProbability).toBeCloseTo(sum, 4);
    });
    greedy.dispose();
  });
});

test('a wide beam finds the best of all translations', () => {
  const subject = model({ sizes: { targetVocabulary: 5 } });
  // Two words, at most four of them: 31 translations.
  const wide = translator(subject, options({ beam: 32, maxLength: { a: 1, b: 2 } }));
  const found = wide.translate([[5, 2]])[0]!;
  const all: { tokens: number[]; score: number }[] = [];
  const visit = (tokens: number[], sum: number) => {
    const next = nextLogProbabilities(subject, [5, 2], tokens);
    all.push({ tokens, score: (sum + next[2]!) / (tokens.length + 1) });
    if (tokens.length < 4) for (const token of [3, 4]) visit([...tokens, token], sum + next[token]!);
  };
  visit([], 0);
  all.sort((a, b) => b.score - a.score);
  expect(found.length).toBe(31);
  expect(found.map(({ tokens }) => tokens)).toEqual(all.map(({ tokens }) => tokens));
  found.forEach(({ score }, rank) => {
    expect(score).toBeCloseTo(all[rank]!.score, 4);
  });
  wide.dispose();
});

test('sentences of several lengths together give what they give one by one', () => {
  const subject = model({ method: 'low-rank' });
  const [together, apart] = [8, 1].map((batchSize) =>
    translator(subject, options({ batchSize, maxLength: { a: 2, b: 20 } })),
  );
  const found = together!.translate(sources);
  const alone = sources.flatMap((source) => apart!.translate([source]));
  expect(found.map((list) => list.map(({ tokens }) => tokens))).toEqual(
    alone.map((list) => list.map(({ tokens }) => tokens)),
  );
  found.flat().forEach(({ score }, index) => {
    expect(score).toBeCloseTo(alone.flat()[index]!.score, 5);
  });
  expect(found[4]).toEqual(found[0]);
  together!.dispose();
  apart!.dispose();
});

test('replayed steps give the bits of those operation by operation, over more tokens than one graph has room for', () => {
  const subject = model();
  const [recorded, eager] = [true, false].map((given) => modelScorers(subject, 2, special, given));
  const [a, b] = [recorded!.scorerOf(sources), eager!.scorerOf(sources)];
  const rows = Int32Array.from({ length: 12 }, (_, row) => row);
  for (let position = 0; position < 20; position++) {
    const beams = {
      position,
      tokens: rows.map((row) => (position === 0 ? 1 : 3 + ((row + position) % 4))),
      parents: position === 0 ? rows : rows.map((row) => row ^ (position % 3 === 0 ? 1 : 0)),
      scores: Float32Array.from(rows, (row) => -row / 7),
    };
    expect(a.extend(beams)).toEqual(b.extend(beams));
  }
  for (const owner of [a, b, recorded!, eager!]) owner.dispose();
});

test('neither padding nor a beginning is translated to, however likely', () => {
  const subject = model();
  subject.variables.find(({ name }) => name === 'output.bias')!.assign(tf.tensor1d([9, 9, 0, 0, 0, 0, 0]));
  const tokens = translator(subject, options())
    .translate(sources)
    .flat()
    .flatMap((found) => found.tokens);
  expect(tokens.length).toBeGreaterThan(0);
  expect(tokens.filter((token) => token < 3)).toEqual([]);
});

test('numbers that stand for no token are not translated to, however likely', () => {
  const subject = model();
  subject.variables.find(({ name }) => name === 'output.bias')!.assign(tf.tensor1d([0, 0, -9, 0, 0, 9, 9]));
  const translated = (symbols?: number) =>
    translator(subject, options({ special: { ...special, ...(symbols !== undefined && { symbols }) } }))
      .translate(sources)
      .flatMap(([best]) => best!.tokens);
  expect(translated().filter((token) => token >= 5).length).toBeGreaterThan(0);
  const tokens = translated(5);
  expect(tokens.length).toBeGreaterThan(0);
  expect(Math.max(...tokens)).toBeLessThan(5);
});

test('the length is bound by a·n + b and by the positions', () => {
  const subject = model({ sizes: { positions: 9 } });
  // The end is as good as impossible.
  subject.variables.find(({ name }) => name === 'output.bias')!.assign(tf.tensor1d([0, 0, -90, 0, 0, 0, 0]));
  const lengths = (a: number, b: number) =>
    translator(subject, options({ maxLength: { a, b } }))
      .translate(sources)
      .map(([best]) => best!.tokens.length);
  expect(lengths(0.5, 1.5)).toEqual([2, 4, 2, 3, 2, 3]);
  expect(lengths(2, 10)).toEqual([8, 8, 8, 8, 8, 8]);
});

test('translating follows the weights, and leaves no tensors', () => {
  const subject = model();
  const translate = translator(subject, options({ maxLength: { a: 0, b: 20 } }));
  const first = withoutLeaks('translate', () => translate.translate(sources));
  expect(translate.translate(sources)).toEqual(first);
  const table = subject.variables.find(({ name }) => name === 'output.weight')!;
  table.assign(tf.tidy(() => tf.neg(table.value)));
  expect(translate.translate(sources)).not.toEqual(first);
  translate.dispose();
});

test('a source longer than the positions is refused', () => {
  const long = [Array.from({ length: 10 }, () => 3)];
  expect(() => translator(model({ sizes: { positions: 9 } }), options()).translate(long)).toThrow(
    'a source of 10 tokens is longer than the 9 positions',
  );
});
