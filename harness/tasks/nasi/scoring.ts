import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Streams } from '../../random.ts';
import {
  activationsOf,
  type Estimates,
  type InputName,
  inputNames,
  type NasiDetails,
  parsedArchitecture,
  type ScoringSpec,
  type SpaceSpec,
} from '../../spec/nasi.ts';
import { mean, sampleDeviation } from '../../statistics/moments.ts';
import { type NasiData, scoringBatch, streamsUnder } from './examples.ts';
import type { Graph } from './graph.ts';
import { drawTheta } from './network.ts';
import { exactTrace, firstOf, gradientEstimates, type LabelledBatch, normByLayer } from './scores.ts';

type Scored = NonNullable<NasiDetails['scored']>;

/** What an architecture is scored on: one batch by what is seen of it. */
export type ScoringBatches = Readonly<Record<InputName, LabelledBatch>>;

export function scoringBatches(data: NasiData, { examples }: ScoringSpec, streams: Streams): ScoringBatches {
  const of = (input: InputName) => scoringBatch(data, examples, input, streamsUnder(streams, 'scores'));
  return { true: of('true'), 'random-labels': of('random-labels'), 'random-data': of('random-data') };
}

/** The scores of every initialization, by the estimators in turn. */
export async function scored(
  graph: Graph,
  batches: ScoringBatches,
  { exactExamples, inits }: ScoringSpec,
  streams: Streams,
): Promise<Omit<Scored, 'closed_form'>> {
  const scores = Object.fromEntries(
    inputNames.map((name) => [name, { exact: [], per_sample: [], minibatch: [] }]),
  ) as unknown as Record<InputName, Estimates>;
  const norms: number[] = [];
  const seconds = { exact: 0, gradients: 0 };
  const timed = <T>(what: keyof typeof seconds, isTold: boolean, run: () => T): T => {
    const started = performance.now();
    const result = run();
    if (isTold) seconds[what] += (performance.now() - started) / 1000;
    return result;
  };
  for (let init = 0; init < inits; init++) {
    const theta = drawTheta(graph, init, streams);
    const isTrue = (input: InputName) => input === 'true';
    for (const input of inputNames) {
      const batch = batches[input];
      const own = scores[input];
      // Labels do not enter the trace.
      if (input === 'random-labels') own.exact.push(scores.true.exact.at(-1)!);
      else own.exact.push(timed('exact', isTrue(input), () => exactTrace(graph, theta, firstOf(batch, exactExamples))));
      const estimates = timed('gradients', isTrue(input), () => gradientEstimates(graph, theta, batch));
      own.per_sample.push(estimates.per_sample);
      own.minibatch.push(estimates.minibatch);
      if (isTrue(input)) norms.push(normByLayer(graph, estimates.gradient));
      // Lets messages and signals of the parent process through.
      await nextTurn();
    }
  }
  return { scores, gradient_norm: norms, seconds };
}

/** Draws of the weights, and examples of each, by which a mean trace is measured. */
const closedForm = { draws: 64, examples: 4 };

/**
 * The mean trace over weights of a fully connected network of `relu` and `linear` layers, which is known: K·L·‖x‖²/n₀ at any
 * width, of L weights and K outputs, as every layer keeps the mean square and each weight adds ‖x‖²/n₀ to a block's
 * diagonal. Null: it is not known.
 */
export function closedFormOf(
  space: SpaceSpec,
  architecture: string,
  graph: Graph,
  batch: LabelledBatch,
  streams: Streams,
): Scored['closed_form'] {
  const { choices } = parsedArchitecture(architecture);
  if (space.name !== 'mlp' || activationsOf(choices).some((name) => name !== 'relu' && name !== 'linear')) return null;
  const { draws, examples } = closedForm;
  const few = firstOf(batch, Math.min(examples, batch.count));
  const traces = Array.from({ length: draws }, (_, draw) =>
    exactTrace(graph, drawTheta(graph, draw, streamsUnder(streams, 'closed form')), few),
  );
  const outputs = graph.nodes.at(-1)!.channels;
  const meanSquare = few.x.reduce((sum, value) => sum + value * value, 0) / few.x.length;
  return {
    expected: outputs * graph.weights.length * meanSquare,
    mean: mean(traces)!,
    standard_error: sampleDeviation(traces)! / Math.sqrt(draws),
    draws,
  };
}
