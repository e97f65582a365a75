import { countedLengths, planTransformer } from '../../budget/transformer-budget.ts';
import { textFacts } from '../../data/text/text-facts.ts';
import { denseMatrices } from '../../methods/dense-matrix.ts';
import type { Method } from '../../methods/method.ts';
import {
  type TransformerBlueprint,
  transformerBase,
  transformerBlueprint,
  transformerMacs,
  transformerSmall,
} from '../../shape/transformer.ts';
import type { TranslationConfig } from '../../spec/spec.ts';
import type { TransformerSpec } from '../../spec/translation.ts';
import { overheadSeconds, relativeCost } from '../estimate.ts';

/** The network of a model; the paper's sizes have names, others are called after layers and width. */
export function transformerOf(model: TransformerSpec): TransformerBlueprint {
  const { layers, width, feedForward, heads, positions, vocabulary } = model;
  const is = (sizes: typeof transformerSmall | typeof transformerBase) =>
    layers === sizes.encoderLayers &&
    width === sizes.width &&
    feedForward === sizes.feedForward &&
    heads === sizes.heads;
  const size = is(transformerSmall) ? 'small' : is(transformerBase) ? 'base' : `${layers}-${width}`;
  return transformerBlueprint(`transformer-${size}`, {
    encoderLayers: layers,
    decoderLayers: layers,
    width,
    feedForward,
    heads,
    positions,
    sourceVocabulary: vocabulary,
    targetVocabulary: vocabulary,
  });
}

/** Measured: to translate a sentence by a beam of five takes the time of training on so many sentence pairs. */
const decodingCost = 30;

/** Measured: at a tenth of the dense operations a step still takes about 0.6 of the dense time. */
const restOfDense = 1.2;

export function outlineTranslationCell(config: TranslationConfig, method: Method, denseSpeed: number) {
  const { dataset, training } = config;
  const blueprint = transformerOf(config.model);
  const { ratio, passMacs } = planTransformer(blueprint, method, config);
  const whole = textFacts[dataset.name];
  const pairs = dataset.trainExamples ?? whole.train;
  const capped = (training.updates ?? Number.POSITIVE_INFINITY) * (training.batchTokens / countedLengths.target);
  const trained = Math.min(training.epochs * pairs, capped);
  const validated = ((trained / pairs) * whole.valid) / 3;
  const decoded = (dataset.testExamples ?? whole.test) * decodingCost * (training.decoding.beam / 5);
  const denseMacs = transformerMacs(blueprint, denseMatrices, 1, countedLengths);
  const relative = relativeCost(passMacs, denseMacs, restOfDense * denseMacs);
  return {
    ratio,
    estimatedSeconds: overheadSeconds + ((trained + validated) * relative + decoded) / denseSpeed,
  };
}
