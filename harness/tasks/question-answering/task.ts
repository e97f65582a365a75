import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../canonical-json.ts';
import { loadQuestions } from '../../data/text/question-data.ts';
import { graphForm } from '../../definition/graph-digest.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import { UsageError } from '../../errors.ts';
import { buildSpanModel } from '../../nn/transformer/encoder.ts';
import { linearRate } from '../../optim/linear-schedule.ts';
import { streamsOf } from '../../random.ts';
import { gatedValue } from '../../record.ts';
import {
  pretrainedRole,
  type QuestionAnsweringConfig,
  type QuestionAnsweringDetails,
} from '../../spec/question-answering.ts';
import type { Question } from '../../text/question-windows.ts';
import { squadScore } from '../../text/squad-score.ts';
import { finiteOrNull } from '../../train/curve.ts';
import type { SpanFeeds } from '../../train/encoder-steps.ts';
import { spanEvaluationStep, spanTrainingStep } from '../../train/encoder-steps.ts';
import { type Evaluation, evaluate } from '../../train/evaluate.ts';
import { type LoopKind, trainLoop } from '../../train/loop.ts';
import { planEncoder } from '../pretraining/encoder.ts';
import { savedVocabulary } from '../pretraining/vocabulary-weight.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, methodFor, sizeOf, type Task, type TaskOptions } from '../task.ts';
import { answering } from './answers.ts';
import { spanLengths } from './lengths.ts';
import { begunFrom, putAside } from './pretrained.ts';
import { drawnOf, epochOf, readParts, spanFeeds, testBatches, trainBatches, type WindowBatch } from './windows.ts';

/** Questions that a record shows, and on which the scores are tried. */
const shownSamples = 5;
const scoredQuestions = 200;
/** Digits that are the same whatever logarithm a version of the runtime has. */
const digits = 10;

/** Question answering by a pre-trained encoder: the metric is F1 of its answers on the test questions. */
export async function questionAnsweringTask(
  config: QuestionAnsweringConfig,
  { streams, dataDir, needed, ...options }: TaskOptions,
): Promise<Task> {
  const { dataset, fineTuning } = config;
  const method = methodFor(config, options.method);
  const { shared = loadingOwn } = options;
  refuseUnfitting(config);
  const data = await shared(canonicalJson([dataset, dataDir]), () => loadQuestions(dataset, dataDir));
  const pretrained = needed(pretrainedRole);
  const weights = await pretrained.weights();
  const { train, test } = readParts(data, savedVocabulary(weights), config);
  const plan = planEncoder(config, method, 'span', spanLengths(config));
  const model = buildSpanModel(plan.blueprint, plan.compression, streams);
  // What is defined does not depend on the bits of a training.
  const drawnValues = putAside(model.variables);
  begunFrom(model, weights);
  const step = spanTrainingStep(model, fineTuning);
  const evaluation = spanEvaluationStep(model);
  const answers = answering(model);
  const { rows, steps: stepsPerPoint } = epochOf(train.windows.length, fineTuning.batchSize);
  const steps = fineTuning.epochs * stepsPerPoint;
  const schedule = { learningRate: fineTuning.learningRate, warmup: Math.round(fineTuning.warmup * steps), steps };
  const loop: LoopKind<WindowBatch, SpanFeeds, Evaluation> = {
    counted: 'epochs',
    phases: [
      {
        steps,
        stepsPerPoint,
        rateAt: (index) => linearRate(index, schedule),
        drawn: (epoch) => drawnOf(trainBatches(train, fineTuning.batchSize, epoch, streams)),
      },
    ],
    step,
    feedsOf: spanFeeds,
    measure: (onBatch) => evaluate(evaluation, testBatches(test), spanFeeds, onBatch),
    valuesOf({ learningRate, loss, accuracy }, tested) {
      const found = tested === null || tested === 'skipped' ? null : tested;
      return {
        learning_rate: learningRate,
        train_loss: finiteOrNull(loss),
        train_accuracy: Number.isFinite(loss) ? finiteOrNull(accuracy) : null,
        test_loss: finiteOrNull(found?.loss ?? Number.NaN),
        test_accuracy: finiteOrNull(found?.accuracy ?? Number.NaN),
      };
    },
  };
  const [idleBatch] = trainBatches(train, fineTuning.batchSize, 0, streamsOf('measure', 0));
  const trainOnce = (run: typeof step.run) =>
    tf.tidy(() => void run({ ...spanFeeds(idleBatch!), learningRate: tf.scalar(0) }).loss.dataSync());
  return {
    size: sizeOf(plan.budget, fineTuning.batchSize),
    data: {
      digest: data.digest,
      source: data.source,
      train: data.train.length,
      validation: null,
      test: data.test.length,
    },
    phases: [{ label: 'fine-tune', epochs: fineTuning.epochs }],
    warnings: [],
    state: step.variables,
    variables: model.variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude({ curve, diverged }, onProgress) {
      const examples = Math.round((curve.length * rows * stepsPerPoint * data.train.length) / train.windows.length);
      const measuresOf = (f1: number | null, exactMatch: number | null) => [
        { metric: 'f1', value: f1, best: null },
        { metric: 'exact_match', value: exactMatch, best: null },
      ];
      if (diverged) return { measures: measuresOf(null, null), checks: [], details: null, examples };
      const given = await answers.answer(test, dataset.answerTokens, async () => {
        onProgress({ phase: 'evaluate', epoch: fineTuning.epochs, step: steps, steps, loss: null });
        await nextTurn();
      });
      const { f1, exactMatch } = squadScore(given, wantedOf(data.test));
      const details: QuestionAnsweringDetails = {
        pretrained: gatedValue(pretrained.record),
        windows: test.windows.length,
        without_answer: train.windows.filter(({ start }) => start === 0).length,
        samples: data.test.slice(0, shownSamples).map(({ question, answers: [answer] }, at) => {
          return { question, answer: answer!.text, given: given[at]! };
        }),
      };
      return { measures: measuresOf(f1, exactMatch), checks: [], details, examples };
    },
    async measure() {
      const [testBatch] = testBatches(test);
      const evaluateOnce = () => tf.tidy(() => void evaluation.run(spanFeeds(testBatch!)).loss.dataSync());
      return stepSpeeds(
        step,
        { examples: idleBatch!.windows.length, once: trainOnce },
        { examples: testBatch!.windows.length, once: evaluateOnce },
      );
    },
    definition: () =>
      drawnValues.with(() =>
        trainingDefinition({
          loop,
          labels: ['fine-tune'],
          hooks: {},
          state: step.variables,
          data: data.digest,
          evaluated: { step: evaluation, on: { test: () => drawnOf(testBatches(test)) }, feedsOf: spanFeeds },
          facts: {
            answering: graphForm(answers.recorded([...testBatches(test)][0]!)).digest,
            ...scoreFacts(data.test),
          },
        }),
      ),
    dispose() {
      for (const { dispose } of [step, evaluation, answers]) dispose();
    },
  };
}

function wantedOf(questions: readonly Question[]): string[][] {
  return questions.map(({ answers }) => answers.map(({ text }) => text));
}

/**
 * What the scores make of answers with the word before them: numbers that no training decides, so that a change of how
 * answers are scored shows before anything is trained.
 */
function scoreFacts(questions: readonly Question[]): Record<string, number> {
  const own = questions.slice(0, scoredQuestions);
  const longer = own.map(({ passage, answers: [answer] }) => {
    const before = passage.slice(0, answer!.start).trimEnd().split(/\s+/).at(-1) ?? '';
    return `${before} The ${answer!.text}`;
  });
  const { f1, exactMatch } = squadScore(longer, wantedOf(own));
  return {
    'F1 of answers with the word before': Number(f1.toPrecision(digits)),
    'exact match of answers with the word before': Number(exactMatch.toPrecision(digits)),
  };
}

/** @throws UsageError where the model has too few positions for a window */
function refuseUnfitting({ model, dataset }: QuestionAnsweringConfig): void {
  if (dataset.length > model.positions) {
    throw new UsageError(
      `${dataset.name}: windows of ${dataset.length} tokens need as many positions; there are ${model.positions}`,
    );
  }
  if (dataset.questionTokens + 4 <= dataset.length) return;
  throw new UsageError(
    `${dataset.name}: questions of ${dataset.questionTokens} tokens leave no room in windows of ${dataset.length}; ` +
      'lower questionTokens, or raise length',
  );
}
