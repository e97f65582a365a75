import { canonicalJson } from '../../canonical-json.ts';
import { trainingDefinition } from '../../definition/training-definition.ts';
import { tf } from '../../engine/tensorflow.ts';
import type { CurvePoint, ExactCheck } from '../../record.ts';
import { isSearch, type NasiConfig, type NasiDetails, parsedArchitecture } from '../../spec/nasi.ts';
import { type TrainingOutcome, trainLoop } from '../../train/loop.ts';
import { stepSpeeds } from '../step-speeds.ts';
import { type Conclusion, loadingOwn, type Speeds, type Task, type TaskOptions } from '../task.ts';
import { closedFormCheck, convexityCheck, engineCheck, jacobianCheck, searchCheck } from './checks.ts';
import { drawnTrainBatches, drawnWholeBatches } from './example-set.ts';
import { loadNasiData, type NasiData, scoringBatch, streamsUnder } from './examples.ts';
import { scoringFacts, searchFacts } from './facts.ts';
import { type Graph, graphOf, macsOf } from './graph.ts';
import { batchFeeds, drawTheta, type Network, networkOf } from './network.ts';
import { closedFormOf, scored, scoringBatches } from './scoring.ts';
import { searchedArchitecture, searchProblem } from './searching.ts';
import { evaluationBatch, nasiTraining } from './training.ts';

/** An architecture, and what its cell does with it before it is trained. */
interface Candidate {
  choices: string;
  width: number;
  /** What a record tells of it, and what is checked. */
  judged(
    graph: Graph,
    theta: Float64Array,
  ): Promise<{
    details: Pick<NasiDetails, 'scored' | 'searched'>;
    checks: ExactCheck[];
  }>;
  /** What a definition tells of it. */
  facts(graph: Graph, theta: Float64Array): Record<string, string>;
}

/**
 * Architecture search at initialization (Shu et al. 2022): a given architecture is scored at its start, or one is
 * searched; then it is trained.
 */
export async function nasiTask(config: NasiConfig, options: TaskOptions): Promise<Task> {
  const { streams, dataDir, shared = loadingOwn } = options;
  const { dataset, training, model } = config;
  const data = await shared(canonicalJson([dataset, dataDir]), () => loadNasiData(dataset, dataDir));
  const candidate = await candidateOf(config, data, streams);
  const graph = graphOf(model, candidate.choices, candidate.width, data.sizes);
  const theta = drawTheta(graph, 0, streams);
  const network = networkOf(graph, theta, training.momentum);
  const loop = nasiTraining(network, data, training, streams);
  const { step, evaluation, variables } = network;
  const state = step.variables;
  const { train, validation, test } = data;
  return {
    size: null,
    data: {
      digest: data.digest,
      source: data.source,
      train: train.count,
      validation: validation.count,
      test: test.count,
    },
    phases: [{ label: 'train', epochs: training.epochs }],
    warnings: data.warnings,
    state,
    variables,
    train: (run) => trainLoop({ ...loop, ...run }),
    async conclude(outcome) {
      const { details, checks } = await candidate.judged(graph, theta);
      const batch = scoringBatch(data, Math.min(32, train.count), 'true', streamsUnder(streams, 'engine check'));
      return concluded(outcome, {
        details: {
          ...details,
          architecture: `${candidate.choices}-${candidate.width}`,
          width: candidate.width,
          macs: macsOf(graph),
        },
        checks: [...checks, engineCheck(graph, theta, batch, data.sizes)],
        examples: outcome.curve.length * train.count,
      });
    },
    measure: () => speedsOf(network, data, training.batchSize, streams),
    definition: () =>
      trainingDefinition({
        loop,
        labels: ['train'],
        hooks: {},
        state,
        data: data.digest,
        evaluated: {
          step: evaluation,
          on: {
            validation: () => drawnWholeBatches(validation, evaluationBatch),
            test: () => drawnWholeBatches(test, evaluationBatch),
          },
          feedsOf: loop.feedsOf,
        },
        facts: { architecture: candidate.choices, ...candidate.facts(graph, theta) },
      }),
    dispose() {
      step.dispose();
      evaluation.dispose();
    },
  };
}

async function candidateOf(config: NasiConfig, data: NasiData, streams: TaskOptions['streams']): Promise<Candidate> {
  if (isSearch(config)) return searchedCandidate(config, data, streams);
  const { model, architecture, scoring } = config;
  const batches = scoringBatches(data, scoring, streams);
  return {
    ...parsedArchitecture(architecture),
    async judged(graph, theta) {
      const closed = closedFormOf(model, architecture, graph, batches.true, streams);
      const own = { ...(await scored(graph, batches, scoring, streams)), closed_form: closed };
      const checks = [jacobianCheck(graph, theta, batches.true, streams), convexityCheck(own), ...closedFormCheck(own)];
      return { details: { scored: own, searched: null }, checks };
    },
    facts: (graph, theta) => scoringFacts(graph, theta, batches),
  };
}

async function searchedCandidate(
  config: Extract<NasiConfig, { search: object }>,
  data: NasiData,
  streams: TaskOptions['streams'],
): Promise<Candidate> {
  const found = await searchedArchitecture(config, data, streams);
  const { choices, samples, alpha, alternatives, seconds } = found;
  const rows = Array.from({ length: alpha.length / alternatives }, (_, place) =>
    Array.from(alpha.subarray(place * alternatives, (place + 1) * alternatives)),
  );
  return {
    choices,
    width: config.search.width,
    async judged() {
      const { graph, theta, draw } = searchProblem(config, data, streams);
      const searched = {
        seconds,
        norms: samples.map(({ norm }) => norm),
        limits: samples.map(({ limit }) => limit),
        alpha: rows,
      };
      const check = searchCheck(graph, theta, draw(0), config.search, streams);
      return { details: { scored: null, searched }, checks: [check] };
    },
    facts: () => searchFacts(found),
  };
}

/** The accuracy at the end, and what is told beside. */
function concluded(
  { curve, diverged }: TrainingOutcome,
  { details, ...rest }: { details: Omit<NasiDetails, 'validation_accuracy'>; checks: ExactCheck[]; examples: number },
): Conclusion {
  const valueAt = (point: CurvePoint | undefined, name: string) => (diverged ? null : (point?.values[name] ?? null));
  const last = curve.at(-1);
  return {
    measures: [{ metric: 'accuracy', value: valueAt(last, 'test_accuracy'), best: null }],
    details: { ...details, validation_accuracy: valueAt(last, 'validation_accuracy') } satisfies NasiDetails,
    ...rest,
  };
}

/** Of training at a rate of zero, which leaves the weights, and of testing. */
async function speedsOf(
  { step, evaluation }: Network,
  { train, test, sizes }: NasiData,
  batchSize: number,
  streams: TaskOptions['streams'],
): Promise<Speeds> {
  const [drawn] = drawnTrainBatches(train, batchSize, 0, streams);
  const [tested] = drawnWholeBatches(test, evaluationBatch);
  const trainOnce = (run: typeof step.run) =>
    tf.tidy(() => {
      const feeds = { ...batchFeeds(drawn!.batch(), sizes), learningRate: tf.scalar(0) };
      run(feeds).loss.dataSync();
    });
  const evaluateOnce = () => tf.tidy(() => void evaluation.run(batchFeeds(tested!.batch(), sizes)).loss.dataSync());
  return stepSpeeds(step, { examples: drawn!.size, once: trainOnce }, { examples: tested!.size, once: evaluateOnce });
}
