import { type Tensor, tf } from '../../harness/engine/tensorflow.ts';
import { dense } from '../../harness/methods/dense.ts';
import { lowRank } from '../../harness/methods/low-rank.ts';
import type { SequenceModel } from '../../harness/nn/transformer/sequence-model.ts';
import { buildTransformer } from '../../harness/nn/transformer/transformer.ts';
import type { TransformerCompression } from '../../harness/nn/transformer/transformer-parts.ts';
import { streamsOf } from '../../harness/random.ts';
import { type TransformerSizes, transformerBlueprint } from '../../harness/shape/transformer.ts';
import { tensorOf } from './engine.ts';
import { map, randomValues } from './reference.ts';
import type { ReferenceInputs, Sentences } from './reference-transformer.ts';

/** A Transformer small enough to differentiate numerically: one encoder layer, two decoder layers, two heads. */
export const tinySizes: TransformerSizes = {
  encoderLayers: 1,
  decoderLayers: 2,
  width: 4,
  feedForward: 6,
  heads: 2,
  positions: 5,
  sourceVocabulary: 6,
  targetVocabulary: 5,
};

export interface TinyTransformerOptions extends Partial<Omit<TransformerCompression, 'method'>> {
  method?: 'dense' | 'low-rank';
  seed?: number;
  sizes?: Partial<TransformerSizes>;
}

export function tinyTransformer({
  method = 'dense',
  scale = 0.5,
  init = 'default',
  seed = 0,
  sizes = {},
  ...attention
}: TinyTransformerOptions = {}): SequenceModel {
  return buildTransformer(
    transformerBlueprint('tiny', { ...tinySizes, ...sizes }),
    { method: method === 'dense' ? dense : lowRank, scale, init, ...attention },
    streamsOf('tiny-transformer', seed),
  );
}

/** Replaces all weights by N(0, 1/4) draws, scales by ones around 1: far enough from zero that every term shows. */
export function randomized<M extends Pick<SequenceModel, 'variables'>>(model: M): M {
  for (const variable of model.variables) {
    const centre = variable.name.endsWith('.scale') ? 1 : 0;
    const draws = randomValues(variable.name, variable.value.shape);
    variable.assign(tensorOf(map(draws, (value) => Math.fround(centre + value / 2))));
  }
  return model;
}

/** Two sentence pairs; the source is one token shorter than the target, and tokens repeat. */
export const sentences = {
  source: [
    [1, 5, 1],
    [0, 2, 4],
  ],
  target: [
    [0, 3, 3, 1],
    [4, 2, 0, 1],
  ],
  labels: [
    [3, 3, 1, 2],
    [2, 0, 1, 4],
  ],
} satisfies Record<string, Sentences>;

/** The last source token of the first pair and the last two target tokens of the second are padding. */
export const padding = {
  sourceMask: [
    [0, 0, -1e9],
    [0, 0, 0],
  ],
  targetMask: [
    [0, 0, 0, 0],
    [0, 0, -1e9, -1e9],
  ],
  weights: [
    [1, 1, 1, 1],
    [1, 1, 0, 0],
  ],
} satisfies Record<string, Sentences>;

export function idTensor(sentencesOfIds: Sentences): Tensor {
  return tf.tensor2d(
    sentencesOfIds.map((row) => [...row]),
    undefined,
    'int32',
  );
}

export function maskTensor(masks: Sentences): Tensor {
  return tf.tensor2d(masks.map((row) => [...row]));
}

export function inputTensors({ source, target, sourceMask, targetMask }: ReferenceInputs) {
  return {
    source: idTensor(source),
    target: idTensor(target),
    ...(sourceMask && { sourceMask: maskTensor(sourceMask) }),
    ...(targetMask && { targetMask: maskTensor(targetMask) }),
  };
}
