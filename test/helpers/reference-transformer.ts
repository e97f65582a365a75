import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { at, matMul, transposed, type Values, values } from './reference.ts';
import type { Weights } from './reference-network.ts';

/** A Transformer's forward pass in float64, sentence by sentence and head by head, from the definitions. */

/** Token numbers or masks, a sentence a row. */
export type Sentences = readonly (readonly number[])[];

export interface ReferenceInputs {
  source: Sentences;
  target: Sentences;
  sourceMask?: Sentences;
  targetMask?: Sentences;
}

/** A sentence's vectors, a token a row. */
type Rows = number[][];

/** x·W for every row. */
function project(x: Rows, w: Values): Rows {
  const [, columns] = w.shape as [number, number];
  return x.map((row) =>
    Array.from({ length: columns }, (_, j) => row.reduce((sum, value, i) => sum + value * at(w, i, j), 0)),
  );
}

function sum(x: Rows, y: Rows): Rows {
  return x.map((row, n) => row.map((value, i) => value + y[n]![i]!));
}

export function normalizedRow(row: readonly number[], scale: Values, offset: Values): number[] {
  const mean = row.reduce((total, value) => total + value, 0) / row.length;
  const variance = row.reduce((total, value) => total + (value - mean) ** 2, 0) / row.length;
  return row.map((value, i) => (scale.data[i]! * (value - mean)) / Math.sqrt(variance + 1e-5) + offset.data[i]!);
}

export function softmaxRow(row: readonly number[]): number[] {
  const powers = row.map((value) => Math.exp(value - Math.max(...row)));
  const total = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / total);
}

/** Attention of one head: the share of every asked token for every asking one, times its value. */
export function attendOnce(query: Rows, key: Rows, value: Rows, mask: (asking: number, asked: number) => number): Rows {
  return query.map((q, n) => {
    const scores = key.map(
      (k, m) => q.reduce((dot, part, i) => dot + part * k[i]!, 0) / Math.sqrt(q.length) + mask(n, m),
    );
    const shares = softmaxRow(scores);
    return value[0]!.map((_, i) => shares.reduce((total, share, m) => total + share * value[m]![i]!, 0));
  });
}

/** The parts of a Transformer as functions of its weights. */
function referenceParts(weights: Weights, heads: number) {
  const weight = (name: string) => weights.get(name)!;
  const matrix = (name: string) =>
    weights.has(`${name}.weight`)
      ? weight(`${name}.weight`)
      : matMul(weight(`${name}.u`), transposed(weight(`${name}.v`)));
  const embed = (ids: readonly number[], table: Values, positions: Values): Rows =>
    ids.map((id, n) => Array.from({ length: table.shape[1]! }, (_, i) => at(table, id, i) + at(positions, n, i)));
  const norm = (x: Rows, name: string) =>
    x.map((row) => normalizedRow(row, weight(`${name}.scale`), weight(`${name}.offset`)));
  const attention = (x: Rows, memory: Rows, name: string, mask: (asking: number, asked: number) => number) => {
    const [q, k, v] = ['query', 'key', 'value'].map((part) =>
      project(part === 'query' ? x : memory, weight(`${name}.${part}`)),
    ) as [Rows, Rows, Rows];
    const size = q[0]!.length / heads;
    const share = (rows: Rows, head: number) => rows.map((row) => row.slice(head * size, (head + 1) * size));
    const mixed = Array.from({ length: heads }, (_, head) =>
      attendOnce(share(q, head), share(k, head), share(v, head), mask),
    );
    const joined = x.map((_, n) => mixed.flatMap((rows) => rows[n]!));
    return project(joined, weight(`${name}.output`));
  };
  const feedForward = (x: Rows, name: string) => {
    const inner = project(norm(x, `${name}.norm`), matrix(`${name}.up`));
    const positive = inner.map((row) => row.map((value) => Math.max(0, value)));
    return project(positive, matrix(`${name}.down`));
  };
  /** One sentence through an encoder. */
  const encode = (ids: readonly number[], layers: number, mask: readonly number[] | undefined): Rows => {
    const addedTo = (_: number, asked: number) => mask?.[asked] ?? 0;
    let x = embed(ids, matrix('source'), matrix('positions'));
    for (let layer = 1; layer <= layers; layer++) {
      const h = norm(x, `encoder.${layer}.self.norm`);
      x = sum(x, attention(h, h, `encoder.${layer}.self`, addedTo));
      x = sum(x, feedForward(x, `encoder.${layer}.feed-forward`));
    }
    return norm(x, 'encoder.norm');
  };
  return { weight, matrix, embed, norm, attention, feedForward, encode };
}

/** The vectors [batch·n, width] of an encoder with other weights, a token a row. */
export function referenceEncoding(
  { heads, layers }: { heads: number; layers: number },
  weights: Weights,
  { tokens, mask }: { tokens: Sentences; mask?: Sentences },
): Values {
  const { encode } = referenceParts(weights, heads);
  const rows = tokens.flatMap((sentence, index) => encode(sentence, layers, mask?.[index]));
  return values([rows.length, rows[0]!.length], rows.flat());
}

/** The table of tokens, or another matrix, composed of its factors where it has some. */
export function referenceMatrix(weights: Weights, name: string): Values {
  return referenceParts(weights, 1).matrix(name);
}

/** Logits [batch·n, vocabulary] of a model with other weights. */
export function referenceLogits(model: SequenceModel, weights: Weights, inputs: ReferenceInputs): Values {
  const { heads, encoderLayers, decoderLayers } = model.blueprint.sizes;
  const { weight, matrix, embed, norm, attention, feedForward, encode } = referenceParts(weights, heads);
  const [target, positions, output] = ['target', 'positions', 'output'].map(matrix) as [Values, Values, Values];
  const bias = weight('output.bias').data;
  const logits = inputs.source.flatMap((sentence, index) => {
    const sourceMask = (_: number, asked: number) => inputs.sourceMask?.[index]?.[asked] ?? 0;
    const targetMask = (asking: number, asked: number) =>
      asked > asking ? Number.NEGATIVE_INFINITY : (inputs.targetMask?.[index]?.[asked] ?? 0);
    const memory = encode(sentence, encoderLayers, inputs.sourceMask?.[index]);
    let y = embed(inputs.target[index]!, target, positions);
    for (let layer = 1; layer <= decoderLayers; layer++) {
      const name = `decoder.${layer}`;
      const h = norm(y, `${name}.self.norm`);
      y = sum(y, attention(h, h, `${name}.self`, targetMask));
      y = sum(y, attention(norm(y, `${name}.cross.norm`), memory, `${name}.cross`, sourceMask));
      y = sum(y, feedForward(y, `${name}.feed-forward`));
    }
    return project(norm(y, 'decoder.norm'), output).map((row) => row.map((value, i) => value + bias[i]!));
  });
  return values([logits.length, bias.length], logits.flat());
}
