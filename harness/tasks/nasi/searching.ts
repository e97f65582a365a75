import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Streams } from '../../random.ts';
import { lettersOf, operationNames, type SearchConfig } from '../../spec/nasi.ts';
import { type NasiData, scoringBatch, streamsUnder } from './examples.ts';
import { supernetOf } from './graph.ts';
import { drawTheta } from './network.ts';
import type { LabelledBatch } from './scores.ts';
import { chosenOf, limitOf, objectiveGradient, oneStep, type Sampled } from './search.ts';

/** A search that has ended. */
export interface Searched {
  /** The letters of the architecture. */
  choices: string;
  samples: readonly Sampled[];
  /** α after its one step, a row of alternatives for each choice. */
  alpha: Float64Array;
  alternatives: number;
  seconds: number;
}

/** What one sample of a search sees and draws. */
export interface SampleDraw {
  batch: LabelledBatch;
  gumbel: Float64Array;
}

/** A search's network, its weights, and the draws of its samples. */
export function searchProblem(config: SearchConfig, data: NasiData, streams: Streams) {
  const { model, search, searchInput } = config;
  const graph = supernetOf(model, search.width, data.sizes);
  const own = streamsUnder(streams, 'search');
  const { places, alternatives } = graph.choices!;
  return {
    graph,
    theta: drawTheta(graph, 0, own),
    draw(sample: number): SampleDraw {
      const uniform = own(`gumbel/${sample}`);
      const gumbel = Float64Array.from(
        { length: places * alternatives },
        () => -Math.log(-Math.log(openUnit(uniform))),
      );
      return { batch: scoringBatch(data, search.examples, searchInput, streamsUnder(own, String(sample))), gumbel };
    },
  };
}

/** A draw of (0, 1): a logarithm of 0 has no place. */
function openUnit(uniform: () => number): number {
  for (;;) {
    const value = uniform();
    if (value > 0) return value;
  }
}

/**
 * Samples the architecture, takes the one step, and chooses the operation with the largest α at each place; `none` is
 * not chosen. Nothing of it is kept on the way: it comes to the same bits again.
 *
 */
export async function searchedArchitecture(config: SearchConfig, data: NasiData, streams: Streams): Promise<Searched> {
  const started = performance.now();
  const { model, search, method } = config;
  const { graph, theta, draw } = searchProblem(config, data, streams);
  const samples: Sampled[] = [];
  for (let sample = 0; sample < search.samples; sample++) {
    const { batch, gumbel } = draw(sample);
    const limit = limitOf(
      method,
      search,
      samples.map(({ norm }) => norm),
    );
    const { temperature, mu } = search;
    samples.push(objectiveGradient(graph, theta, batch, gumbel, { temperature, mu, limit }));
    // Lets messages and signals of the parent process through.
    await nextTurn();
  }
  const alpha = oneStep(samples.map(({ gradient }) => gradient));
  const { alternatives } = graph.choices!;
  const none = model.name === 'mlp' ? -1 : operationNames.indexOf('none');
  const { letters } = lettersOf(model);
  const chosen = chosenOf(alpha, alternatives, (alternative) => alternative !== none);
  const choices = chosen.map((alternative) => letters[alternative]!).join('');
  return { choices, samples, alpha, alternatives, seconds: (performance.now() - started) / 1000 };
}
