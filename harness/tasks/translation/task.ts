import { setImmediate as nextTurn } from 'node:timers/promises';
import { planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { canonicalJson } from '../../canonical-json.ts';
import { loadTranslation, type TranslationData } from '../../data/text/translation.ts';
import { drawnScorers } from '../../decode/drawn-scorers.ts';
import { type TranslationOptions, translating, translator } from '../../decode/translator.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { shortDigest } from '../../digest.ts';
import { tf } from '../../engine/tensorflow.ts';
import { UsageError } from '../../errors.ts';
import { type SpectrumPoint, spectrumOf } from '../../measure/spectra.ts';
import { timeTask } from '../../measure/speed.ts';
import { tensorPeakBytes } from '../../measure/tensor-peak.ts';
import { dense } from '../../methods/dense.ts';
import { phasesOf } from '../../methods/phases.ts';
import { attentionProductNames } from '../../nn/transformer/attention-product.ts';
import type { SequenceModel } from '../../nn/transformer/sequence-model.ts';
import { buildTransformer } from '../../nn/transformer/transformer.ts';
import { transformerInit } from '../../nn/transformer/transformer-init.ts';
import { streamsOf } from '../../random.ts';
import type { CurvePoint, Measure } from '../../record.ts';
import { narrowedTransformer } from '../../shape/narrowed.ts';
import { sizedTransformer } from '../../shape/sized-transformer.ts';
import { masksOf } from '../../sparse/context.ts';
import { startSparse } from '../../sparse/start.ts';
import type { Spectrum, TranslationConfig, TranslationDetails } from '../../spec/translation.ts';
import { bleu, bleuSignature } from '../../text/bleu.ts';
import { chrf, chrfSignature } from '../../text/chrf.ts';
import { detokenize } from '../../text/detokenizer.ts';
import { type TokenBatch, testTokenBatches, trainTokenBatches } from '../../text/token-batches.ts';
import { bosId, eosId, padId } from '../../text/vocabulary.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { averagedWeights, bestWeights } from '../../train/kept-weights.ts';
import { trainLoop } from '../../train/loop.ts';
import { pointsOf } from '../../train/places.ts';
import { sequenceFeeds } from '../../train/sequence-feeds.ts';
import { sequenceEvaluationStep, sequenceTrainingStep } from '../../train/sequence-steps.ts';
import { loadingOwn, methodFor, type Speeds, sizeOf, type Task, type TaskOptions } from '../task.ts';
import { translationExamples } from './examples.ts';
import { transformerOf } from './outline.ts';
import { scoreFacts } from './score-facts.ts';
import { batchOptions, drawnOf, idleFeeds, trainedText, translationTraining, validate } from './training.ts';

/** Test sentences decoded together. */
const decodedTogether = 32;
/** Translations that a record shows. */
const shownSamples = 10;

/** Machine translation: the metric is BLEU of beam search on the test text. */
export async function translationTask(
  config: TranslationConfig,
  { streams, dataDir, ...options }: TaskOptions,
): Promise<Task> {
  const { training } = config;
  const method = methodFor(config, options.method);
  const { shared = loadingOwn } = options;
  const data = await shared(canonicalJson([config.dataset, dataDir]), () => loadTranslation(config.dataset, dataDir));
  refuseUnfitting(config, data);
  const whole = transformerOf(config.model);
  const network = sizedTransformer(whole);
  const budget = planBudget(network, method, budgetOf(config));
  const blueprint = budget.width === 1 ? whole : narrowedTransformer(whole, budget.width);
  const model = buildTransformer(
    blueprint,
    {
      method: method.kind === 'layer' ? method : dense,
      scale: budget.scale,
      ...transformerInit(config.init),
    },
    streams,
  );
  const { variables } = model;
  const spectraBefore = spectraOf(model);
  const masks = method.kind === 'sparse' ? masksOf(variables, network) : new Map();
  const step = sequenceTrainingStep(
    model,
    {
      ...training,
      regularizer: config.regularizer,
      dropout: { hidden: training.dropout, relu: training.reluDropout },
    },
    masks,
  );
  const evaluation = sequenceEvaluationStep(model);
  const { train, valid } = { train: data.train.pairs, valid: data.valid.pairs };
  const sparse =
    method.kind === 'sparse'
      ? startSparse({
          method,
          network,
          variables,
          masks,
          optimizer: step.optimizer,
          keep: budget.keep!,
          examples: translationExamples(model, train, training),
          training,
          streams,
        })
      : null;
  const phases = phasesOf(method, training, budget.weightRatio);
  const loop = translationTraining({ step, evaluation, train, valid, phases, streams });
  const lengths = loop.phases.map(pointsOf);
  const epochs = lengths.reduce((sum, points) => sum + points, 0);
  const lossOf = ({ values }: CurvePoint) => values.valid_loss ?? Number.POSITIVE_INFINITY;
  const kept =
    training.averagedEpochs === null
      ? bestWeights({ variables, masks }, lossOf, sparse?.fits)
      : averagedWeights({ variables, masks }, training.averagedEpochs, lengths.at(-1)!);
  const hooks = sparse?.hooks ?? {};
  const state = [...step.variables, ...(sparse?.variables ?? []), ...kept.variables];
  let decoded: Decoded | null = null;
  return {
    size: sizeOf(budget, 1),
    data: {
      digest: data.digest,
      source: data.source,
      train: train.length,
      validation: valid.length,
      test: data.test.pairs.length,
    },
    phases: phases.map(({ label }, index) => ({ label, epochs: lengths[index]! })),
    warnings: [],
    state,
    variables,
    train: (run) => trainLoop({ ...loop, ...hooks, ...run, kept }),
    async conclude({ curve, diverged }, onProgress) {
      const { pairs, tokens } = trainedText({ train, streams }, phases, curve.length);
      const examples = pairs + (sparse?.examples() ?? 0);
      if (diverged) {
        const measures = translationMeasures({ bleu: null, chrf: null, valid_loss: null, perplexity: null });
        return { measures, checks: [], details: null, masked: sparse?.counts(false), examples };
      }
      kept.restore();
      const masked = sparse?.counts(true);
      const place = { epoch: epochs, step: curve.length, steps: curve.length };
      const tick = async () => {
        onProgress({ phase: 'evaluate', ...place, loss: null });
        await nextTurn();
      };
      const validated = await validate(evaluation, valid, training, tick);
      decoded = await decodeTest(model, data, config, tick);
      const { lowerCase } = config.dataset;
      const { references, sourceTexts } = data.test;
      const { hypotheses } = decoded;
      const measures = translationMeasures({
        bleu: bleu(hypotheses, references, { lowerCase }).score,
        chrf: chrf(hypotheses, references, { lowerCase }),
        valid_loss: finiteOrNull(validated.loss),
        perplexity: finiteOrNull(Math.exp(validated.loss)),
      });
      const seconds = curve.reduce((sum, { train_seconds = 0 }) => sum + train_seconds, 0);
      const details: TranslationDetails = {
        decoded_epoch: kept.at(),
        bleu_signature: bleuSignature({ lowerCase }),
        chrf_signature: chrfSignature({ lowerCase }),
        vocabulary: data.vocabulary.symbols.length,
        skipped: { ...data.skipped },
        train_tokens_per_second: tokens / seconds,
        decode_tokens_per_second: decoded.tokens / decoded.seconds,
        samples: hypotheses.slice(0, shownSamples).map((hypothesis, index) => ({
          source: sourceTexts[index]!,
          reference: references[index]!,
          hypothesis,
        })),
        spectra: spectraBetween(spectraBefore, spectraOf(model)),
      };
      return { measures, checks: [], details, masked, examples };
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: phases.map(({ label }) => label),
        hooks,
        state,
        data: data.digest,
        evaluated: {
          step: evaluation,
          on: { validation: () => drawnOf(testTokenBatches(valid, batchOptions(training))) },
          feedsOf: sequenceFeeds,
        },
        facts: {
          vocabulary: data.vocabulary.symbols.length,
          'test text': testDigest(data.test),
          'translations by drawn scores': drawnTranslations(config, data),
          ...scoreFacts(data.test.references, config.dataset),
        },
      }),
    dispose() {
      for (const { dispose } of [step, evaluation]) dispose();
    },
    /** Of the longest batch: batches hold as many tokens, but attention grows with the length. */
    idleStep() {
      const draws = streamsOf('measure', 0);
      const batches = trainTokenBatches(train, batchOptions(training), 0, draws);
      const longest = batches.reduce((most, batch) => (batch.sourceLength > most.sourceLength ? batch : most));
      return () => tf.tidy(() => void step.run(idleFeeds(longest, draws('dropout'))).loss.dataSync());
    },
    /** Speeds are an epoch's: each length of batches is timed, and counts as often as it occurs. */
    async measure(): Promise<Speeds> {
      const draws = streamsOf('measure', 0);
      const batches = trainTokenBatches(train, batchOptions(training), 0, draws);
      const lengths = new Set(batches.map(({ sourceLength }) => sourceLength));
      const batchesOf = (padded: number) => batches.filter(({ sourceLength }) => sourceLength === padded);
      const trainOnce = (batch: TokenBatch, run: typeof step.run) =>
        // A learning rate of zero keeps the weights where training left them.
        tf.tidy(() => void run(idleFeeds(batch, draws('dropout'))).loss.dataSync());
      // Batches hold as many tokens, but attention grows with the length.
      const [longest] = batchesOf(Math.max(...lengths));
      const tensorPeak = await tensorPeakBytes(() => trainOnce(longest!, step.runEagerly));
      let epochMs = 0;
      for (const padded of lengths) {
        const alike = batchesOf(padded);
        const timing = await timeTask(() => trainOnce(alike[0]!, step.run), { warmup: 1, timed: 5 });
        epochMs += alike.length * timing.median;
      }
      return {
        train_examples_per_second: (1000 * train.length) / epochMs,
        eval_examples_per_second: decoded === null ? null : data.test.pairs.length / decoded.seconds,
        step_ms: epochMs / batches.length,
        tensor_peak_bytes: tensorPeak,
      };
    },
  };
}

function translationMeasures(values: Record<'bleu' | 'chrf' | 'valid_loss' | 'perplexity', number | null>): Measure[] {
  return Object.entries(values).map(([metric, value]) => ({ metric, value, best: null }));
}

/** @throws UsageError where the model's tables or the batches' lengths are too small for the data */
function refuseUnfitting({ model, dataset, training }: TranslationConfig, { vocabulary }: TranslationData): void {
  const symbols = vocabulary.symbols.length;
  if (symbols > model.vocabulary) {
    throw new UsageError(
      `${dataset.name}: the vocabulary has ${symbols} symbols, the model's tables ${model.vocabulary} rows; raise ` +
        'vocabulary, or lower merges',
    );
  }
  const longest = training.lengths.at(-1)!;
  if (dataset.maxTokens > longest || longest > model.positions) {
    throw new UsageError(
      `${dataset.name}: sentences of maxTokens ${dataset.maxTokens} need a length as large and as many positions; ` +
        `the largest of lengths is ${longest}, of positions there are ${model.positions}`,
    );
  }
}

/** Of what is translated, as it is fed, and of what that is compared with. */
function testDigest({ pairs, references }: TranslationData['test']): string {
  return shortDigest(JSON.stringify([pairs.map(({ source }) => source), references]));
}

interface Decoded {
  hypotheses: string[];
  tokens: number;
  seconds: number;
}

/** How the test text is decoded. */
function decodingOf({ training }: TranslationConfig, { vocabulary }: TranslationData): TranslationOptions {
  return {
    ...training.decoding,
    special: { pad: padId, bos: bosId, eos: eosId, symbols: vocabulary.symbols.length },
    batchSize: decodedTogether,
  };
}

async function decodeTest(
  model: SequenceModel,
  data: TranslationData,
  config: TranslationConfig,
  tick: () => Promise<void>,
): Promise<Decoded> {
  const { test, vocabulary } = data;
  const started = performance.now();
  const decoder = translator(model, decodingOf(config, data));
  const sources = test.pairs.map(({ source }) => [...source, eosId]);
  const order = sources.map((_, index) => index).sort((a, b) => sources[a]!.length - sources[b]!.length || a - b);
  const hypotheses = sources.map(() => '');
  let tokens = 0;
  for (let from = 0; from < order.length; from += decodedTogether) {
    const chosen = order.slice(from, from + decodedTogether);
    const found = decoder.translate(chosen.map((index) => sources[index]!));
    chosen.forEach((index, row) => {
      const best = found[row]![0]!.tokens;
      tokens += best.length + 1;
      hypotheses[index] = detokenize(vocabulary.decode(best));
    });
    await tick();
  }
  decoder.dispose();
  return { hypotheses, tokens, seconds: (performance.now() - started) / 1000 };
}

/**
 * Digest of the translations of the first test sentences by scores that are drawn: what decoding makes of scores, equal
 * on every processor.
 */
function drawnTranslations(config: TranslationConfig, data: TranslationData): string {
  const options = decodingOf(config, data);
  const scorers = drawnScorers(options.beam, options.special);
  const sources = data.test.pairs.slice(0, decodedTogether).map(({ source }) => [...source, eosId]);
  const found = translating(scorers, config.model.positions, options).translate(sources);
  return shortDigest(JSON.stringify(found.map(([best]) => best!.tokens)));
}

/** Of the embeddings and the output, and of every attention's products. */
function spectraOf(model: SequenceModel): Map<string, SpectrumPoint> {
  const { parts } = model.blueprint;
  const named = (kind: 'matrix' | 'attention') => parts.filter((part) => part.kind === kind).map(({ name }) => name);
  const tables = ['source', 'target', 'positions', 'output'];
  const matrices = named('matrix').map((name, index) => ({ name, weight: model.products.linear[index]! }));
  const products = attentionProductNames.flatMap((kind) =>
    named('attention').map((name, index) => ({ name: `${name}.${kind}`, weight: model.products[kind][index]! })),
  );
  const shown = [...matrices.filter(({ name }) => tables.includes(name)), ...products];
  return new Map(shown.map(({ name, weight }) => [name, spectrumOf(weight)]));
}

function spectraBetween(before: Map<string, SpectrumPoint>, after: Map<string, SpectrumPoint>): Spectrum[] {
  return [...before].map(([name, start]) => {
    const end = after.get(name)!;
    return {
      name,
      frobenius_norm: { before: finiteOrNull(start.frobenius), after: finiteOrNull(end.frobenius) },
      stable_rank: { before: finiteOrNull(start.stableRank), after: finiteOrNull(end.stableRank) },
    };
  });
}
