import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../../canonical-json.ts';
import type { Drawn } from '../../data/drawn.ts';
import { footballWords } from '../../data/triples/football-text.ts';
import { type Knowledge, loadKnowledge } from '../../data/triples/knowledge.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import { type Streams, streamsOf } from '../../random.ts';
import type { CurvePoint, Measure } from '../../record.ts';
import {
  type AttentionConfig,
  type AttentionDetails,
  type ResultsBySort,
  type SortName,
  sortNames,
} from '../../spec/gaussian-attention.ts';
import { finiteOrNull } from '../../train/curve.ts';
import { bestWeights, type KeptWeights } from '../../train/kept-weights.ts';
import { type Learner, type LoopHooks, type LoopKind, type LoopPhase, trainLoop } from '../../train/loop.ts';
import type { TrainingStep } from '../../train/step.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { loadingOwn, type Speeds, type Task, type TaskOptions, type TaskProgress } from '../task.ts';
import { drawnBatches, type Lesson, type QuestionBatch } from './batches.ts';
import { attentionChecks } from './checks.ts';
import { newEncoder } from './encoder.ts';
import { newMemory } from './memory.ts';
import { stepsPerEpoch } from './outline.ts';
import { chanceScores, meanScores, questionScores, type RankScores } from './ranking.ts';
import {
  type Answering,
  answeredTogether,
  answering,
  encoderStep,
  heldOutBatches,
  linearRate,
  type Manner,
  memoryStep,
  overSorts,
  type QuestionFeeds,
  questionFeeds,
  ranked,
} from './training.ts';

/** Validation questions by rank; a loss that is no number says that the memory is none. */
interface Validation {
  loss: number;
  bySort: Record<SortName, RankScores>;
}

/** One training after the other: that of the memory by symbols, and that of what reads words. */
interface Stage {
  label: string;
  manner: Manner;
  lesson: Lesson;
  schedule: { epochs: number; learningRate: number; finalLearningRate: number };
  step: TrainingStep<QuestionFeeds>;
  answering: Answering;
  /** The weights of the epoch whose validation questions are answered best. */
  kept: KeptWeights;
}

const nameOf: Readonly<Record<Manner, string>> = { symbols: 'validation', words: 'text_validation' };

/**
 * Gaussian attention (Zhang, Winn and Tomioka 2016): a memory of vectors is trained by facts, and by paths where
 * training is compositional; then an encoder of questions in words, by their answers alone, through the attention over
 * the memory. Of each training the weights stand in the end that answer the validation questions best.
 */
export async function attentionTask(config: AttentionConfig, options: TaskOptions): Promise<Task> {
  const { streams, dataDir, shared = loadingOwn } = options;
  const { dataset, training, model, method, paths } = config;
  const knowledge = await shared(canonicalJson([dataset, dataDir]), () => loadKnowledge(dataset, dataDir));
  const relations = 2 * knowledge.relations;
  const shape = { entities: knowledge.entities, relations, dimension: model.dimension };
  const memory = newMemory(method, shape, training.initialDeviation, streams);
  const encoder =
    config.encoder === null
      ? null
      : newEncoder({ words: footballWords.length, hidden: config.encoder.hidden, relations }, streams);
  const bySymbols = answering({ memory, encoder: null });
  const stages: Stage[] = [
    {
      label: 'memory',
      manner: 'symbols',
      lesson: paths,
      schedule: training,
      step: memoryStep(memory),
      answering: bySymbols,
      kept: bestWeights({ variables: memory.variables }, gapOf('symbols')),
    },
  ];
  if (encoder !== null && config.encoder !== null) {
    stages.push({
      label: 'encoder',
      manner: 'words',
      lesson: 'words',
      schedule: config.encoder,
      step: encoderStep(memory, encoder),
      answering: answering({ memory, encoder }),
      kept: bestWeights({ variables: encoder.variables }, gapOf('words')),
    });
  }
  const loop = loopOf(stages, knowledge, config, streams);
  const [first, last] = [stages[0]!, stages.at(-1)!];
  const hooks: LoopHooks<QuestionBatch> = {
    beforePhase(phase) {
      if (phase > 0) stages[phase - 1]!.kept.restore();
    },
  };
  const variables = [...memory.variables, ...(encoder?.variables ?? [])];
  const slots = stages.flatMap(({ step, kept }) => [...step.optimizer.slots, ...kept.variables]);
  const state = [...variables, ...slots];
  const facts = knowledge.facts.edges.length;
  return {
    size: null,
    data: {
      digest: knowledge.digest,
      source: knowledge.source,
      train: facts,
      validation: questionCount(knowledge, 'validation'),
      test: questionCount(knowledge, 'test'),
    },
    phases: stages.map(({ label, schedule }) => ({ label, epochs: schedule.epochs })),
    warnings: knowledge.warnings,
    state,
    variables,
    train(run) {
      const onPoint: typeof run.onPoint = (curve) => {
        const ends = stageEnds(stages);
        const stage = ends.findIndex((end) => curve.length <= end);
        stages[stage]!.kept.afterPoint(curve.slice(ends[stage - 1] ?? 0));
        return run.onPoint(curve);
      };
      return trainLoop({ ...loop, ...hooks, ...run, onPoint });
    },
    async conclude({ curve, diverged }, onProgress) {
      const examples = curve.length * stepsPerEpoch(facts, training.batchSize) * training.batchSize;
      if (diverged) return { measures: measuresOf(null, null), checks: [], details: null, examples };
      last.kept.restore();
      const onBatch = () => ticking(stages, onProgress);
      const rankedIn = (manner: Manner) => {
        const stage = stages.find((one) => one.manner === manner);
        if (stage === undefined) return null;
        return ranked(stage.answering, manner, { part: 'test', questions: knowledge.test, knowledge }, onBatch);
      };
      const [symbols, words] = [(await rankedIn('symbols'))!, await rankedIn('words')];
      const details: AttentionDetails = {
        entities: knowledge.entities,
        relations,
        chosen_epochs: stages.map(({ kept }) => kept.at()!),
        symbols: resultsOf(symbols, knowledge),
        words: words === null ? null : resultsOf(words, knowledge),
      };
      const checks = attentionChecks(memory, bySymbols, knowledge);
      return { measures: measuresOf(symbols, words), checks, details, examples };
    },
    measure: () => speedsOf(first, knowledge, config),
    idleStep() {
      const { trainOnce } = idleTraining(first, knowledge, config);
      return () => trainOnce(first.step.run);
    },
    definition: () =>
      trainingDefinition({
        loop,
        labels: stages.map(({ label }) => label),
        hooks: {},
        state,
        data: knowledge.digest,
        evaluated: {
          step: last.answering,
          on: Object.fromEntries(
            (['validation', 'test'] as const).map((part) => [part, () => drawnHeldOut(knowledge, part, last.manner)]),
          ),
          feedsOf: questionFeeds,
        },
        facts: {
          entities: knowledge.entities,
          relations,
          'ranks of drawn scores': drawnRanks(knowledge),
          ...(encoder === null ? {} : { 'words of questions': footballWords.length }),
        },
      }),
    dispose() {
      for (const { step, answering: answers } of stages) {
        step.dispose();
        answers.dispose();
      }
    },
  };
}

/** The end of each stage's points in the curve. */
function stageEnds(stages: readonly Stage[]): number[] {
  return stages.map((_, index) => stages.slice(0, index + 1).reduce((sum, { schedule }) => sum + schedule.epochs, 0));
}

/** 1 − the mean reciprocal rank of a point's validation questions; infinite where it has none. */
function gapOf(manner: Manner): (point: CurvePoint) => number {
  return ({ values }) => 1 - (values[`${nameOf[manner]}_mrr`] ?? Number.NEGATIVE_INFINITY);
}

function loopOf(
  stages: readonly Stage[],
  knowledge: Knowledge,
  { training }: AttentionConfig,
  streams: Streams,
): LoopKind<QuestionBatch, QuestionFeeds, Validation> {
  const { batchSize, validateEvery } = training;
  const stepsPerPoint = stepsPerEpoch(knowledge.facts.edges.length, batchSize);
  const learners = stages.map((stage) => learnerOf(stage, knowledge));
  return {
    counted: 'epochs',
    phases: stages.map(({ lesson, schedule }, index): LoopPhase<QuestionBatch, QuestionFeeds, Validation> => {
      const steps = schedule.epochs * stepsPerPoint;
      return {
        steps,
        stepsPerPoint,
        pointsPerMeasurement: validateEvery,
        learner: learners[index]!,
        rateAt: (step) => linearRate(step, steps, schedule),
        drawn: (point) => drawnBatches({ knowledge, lesson, batchSize, stepsPerPoint, streams }, point),
      };
    }),
    feedsOf: questionFeeds,
    ...learners.at(-1)!,
  };
}

function learnerOf(
  { step, answering: answers, manner }: Stage,
  knowledge: Knowledge,
): Learner<QuestionFeeds, Validation> {
  return {
    step,
    async measure(onBatch) {
      const asked = { part: 'validation', questions: knowledge.validation, knowledge };
      const bySort = await ranked(answers, manner, asked, onBatch);
      return { loss: 1 - overSorts(bySort).mean_reciprocal_rank, bySort };
    },
    valuesOf({ learningRate, loss, accuracy }, validated) {
      const trained = {
        learning_rate: learningRate,
        train_loss: finiteOrNull(loss),
        train_hits_at_1: Number.isFinite(loss) ? finiteOrNull(accuracy) : null,
      };
      if (validated === 'skipped') return trained;
      const name = nameOf[manner];
      const mean = validated === null ? null : overSorts(validated.bySort);
      const hits = sortNames.map((sort) => [
        `${name}_${sort}_hits_at_1`,
        finiteOrNull(validated?.bySort[sort].hits_at_1 ?? Number.NaN),
      ]);
      return {
        ...trained,
        [`${name}_mrr`]: finiteOrNull(mean?.mean_reciprocal_rank ?? Number.NaN),
        ...Object.fromEntries(hits),
      };
    },
  };
}

function measuresOf(
  symbols: Record<SortName, RankScores> | null,
  words: Record<SortName, RankScores> | null,
): Measure[] {
  const [mean, read] = [symbols, words].map((bySort) => (bySort === null ? null : overSorts(bySort)));
  const values = {
    hits_at_1: mean?.hits_at_1,
    filtered_mean_rank: mean?.mean_rank,
    mean_reciprocal_rank: mean?.mean_reciprocal_rank,
    text_hits_at_1: read?.hits_at_1,
  };
  return Object.entries(values).map(([metric, value]) => ({ metric, value: value ?? null, best: null }));
}

function resultsOf(bySort: Record<SortName, RankScores>, { test, entities }: Knowledge): ResultsBySort {
  return Object.fromEntries(
    sortNames.map((sort) => {
      const chance = meanScores(test[sort].map((question) => chanceScores(question, entities)));
      return [sort, { questions: test[sort].length, ...bySort[sort], chance }];
    }),
  ) as ResultsBySort;
}

function questionCount(knowledge: Knowledge, part: 'validation' | 'test'): number {
  return sortNames.reduce((sum, sort) => sum + knowledge[part][sort].length, 0);
}

async function ticking(stages: readonly Stage[], onProgress: (progress: TaskProgress) => void): Promise<void> {
  onProgress({ phase: 'evaluate', epoch: stageEnds(stages).at(-1)!, step: 1, steps: 1, loss: null });
  await nextTurn();
}

/** What is asked in a part, in the manner of the last stage, batch by batch. */
function* drawnHeldOut(
  knowledge: Knowledge,
  part: 'validation' | 'test',
  manner: Manner,
): Generator<Drawn<QuestionBatch>, void, undefined> {
  for (const sort of sortNames) {
    for (const batch of heldOutBatches(knowledge[part][sort], manner, { part, sort, knowledge })) {
      const { starts, answers, counts, words } = batch;
      yield {
        size: batch.size,
        shape: `${batch.size}x${batch.conditions}`,
        parts: {
          starts,
          answers,
          ...(counts === undefined ? {} : { counts }),
          ...(words === undefined ? {} : { words }),
        },
        batch: () => batch,
      };
    }
  }
}

/** How the test's answers rank by scores that are drawn, the same on every processor: what is counted, and filtered. */
function drawnRanks({ test, entities }: Knowledge): Record<string, string> {
  const uniform = streamsOf('ranks', 0)('scores');
  return Object.fromEntries(
    sortNames.map((sort) => {
      const { mean_rank, mean_reciprocal_rank, hits_at_1 } = meanScores(
        test[sort].map((question) => {
          // Few values, so that some are equal.
          const scores = Float64Array.from({ length: entities }, () => Math.floor(entities * uniform()));
          return questionScores(scores, question);
        }),
      );
      return [sort, [hits_at_1, mean_rank, mean_reciprocal_rank].map((value) => value.toPrecision(10)).join(' ')];
    }),
  );
}

/** Trains on one batch over and over, at a learning rate of zero: the weights stay where they are. */
function idleTraining({ step, lesson }: Stage, knowledge: Knowledge, { training: { batchSize } }: AttentionConfig) {
  const streams = streamsOf('measure', 0);
  const [drawn] = drawnBatches({ knowledge, lesson, batchSize, stepsPerPoint: 1, streams }, 0);
  const batch = drawn!.batch();
  return {
    trainOnce: (run: typeof step.run) =>
      tf.tidy(() => void run({ ...questionFeeds(batch), learningRate: tf.scalar(0) }).loss.dataSync()),
  };
}

/** Of the memory's training, and of answering questions as symbols. */
async function speedsOf(stage: Stage, knowledge: Knowledge, config: AttentionConfig): Promise<Speeds> {
  const { trainOnce } = idleTraining(stage, knowledge, config);
  const asked = { part: 'test', sort: 'single', knowledge } as const;
  const [batch] = heldOutBatches(knowledge.test.single, 'symbols', asked);
  return stepSpeeds(
    stage.step,
    { examples: config.training.batchSize, once: trainOnce },
    { examples: answeredTogether, once: () => void stage.answering.scores(batch!) },
  );
}
