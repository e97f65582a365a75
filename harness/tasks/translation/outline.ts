import { planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { datasetNamed } from '../../data/registry.ts';
import { UsageError } from '../../errors.ts';
import type { Method } from '../../methods/method.ts';
import { phasesOf } from '../../methods/phases.ts';
import { countedLengths, sizedTransformer } from '../../shape/sized-transformer.ts';
import { type TransformerBlueprint, transformerBlueprint } from '../../shape/transformer.ts';
import { transformerName } from '../../spec/model-names.ts';
import type { TransformerSpec, TranslationConfig } from '../../spec/translation.ts';
import { ofTransformers } from '../estimate.ts';
import type { Outline } from '../kind.ts';
import { outlineTransformer } from '../transformer-outline.ts';

/** The network of a model; the paper's sizes have names, others are called after layers and width. */
export function transformerOf(model: TransformerSpec): TransformerBlueprint {
  const { layers, width, feedForward, heads, positions, vocabulary } = model;
  return transformerBlueprint(transformerName(model), {
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

/** Characters and tokens of a sentence pair. */
const bytesPerPair = 1000;

/** Measured: to translate a sentence by a beam of five takes the time of training on so many sentence pairs. */
const decodingCost = 30;

/** @throws UsageError where a method works by what only networks of images offer */
function refuseImageMethods(method: Method): void {
  if (method.kind === 'warm-up') {
    throw new UsageError(
      `method ${method.name}: decomposes trained convolutions; for Transformers use low-rank, which factorizes from ` +
        'the start',
    );
  }
  if (method.kind !== 'sparse' || method.imagesOnly !== true) return;
  throw new UsageError(
    `method ${method.name}: scores weights by what only networks of images offer here (tangents, Kronecker factors ` +
      'or the Fisher matrix of single images); for Transformers use one that goes by magnitudes, gradients or chance',
  );
}

export function outlineTranslationCell(config: TranslationConfig, method: Method): Outline {
  const { dataset, training } = config;
  refuseImageMethods(method);
  const blueprint = transformerOf(config.model);
  const network = sizedTransformer(blueprint);
  const budget = planBudget(network, method, budgetOf(config));
  const whole = datasetNamed(dataset.name).examples;
  const pairs = dataset.trainExamples ?? whole.train;
  const phases = phasesOf(method, training, budget.weightRatio);
  const trained = phases.reduce((sum, { training: { epochs, updates, batchTokens } }) => {
    const capped = (updates ?? Number.POSITIVE_INFINITY) * (batchTokens / countedLengths.target);
    return sum + Math.min(epochs * pairs, capped);
  }, 0);
  const tested = dataset.testExamples ?? whole.test;
  const decoded = tested * decodingCost * (training.decoding.beam / 5);
  return outlineTransformer(
    { blueprint, network, budget },
    {
      trained: trained + decoded,
      evaluated: (trained / pairs) * whole.valid,
      batchSize: training.batchTokens / countedLengths.target,
      dataBytes: (pairs + whole.valid + tested) * bytesPerPair,
    },
    ofTransformers,
  );
}
