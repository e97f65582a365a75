import { createHash } from 'node:crypto';
import { shortNumber } from '../../definition/first-steps.ts';
import { bytesOf } from '../../definition/trace.ts';
import { inputNames } from '../../spec/nasi.ts';
import type { Graph } from './graph.ts';
import { exactTrace, firstOf, gradientEstimates, normByLayer } from './scores.ts';
import type { ScoringBatches } from './scoring.ts';
import type { Searched } from './searching.ts';

/** Examples of a batch that a definition's scores are of. */
const few = 4;

/**
 * What a definition tells of scores beside a training: draws, and all estimators on a few examples. In float64 by the
 * project's own arithmetic: the same on every processor.
 */
export function scoringFacts(graph: Graph, theta: Float64Array, batches: ScoringBatches): Record<string, string> {
  return {
    'drawn weights': digestOf(theta),
    ...Object.fromEntries(
      inputNames.flatMap((input) => {
        const batch = firstOf(batches[input], Math.min(few, batches[input].count));
        const { per_sample, minibatch, gradient } = gradientEstimates(graph, theta, batch);
        return [
          [`examples, ${input}`, `${digestOf(batches[input].x)} ${Array.from(batch.labels).join(' ')}`],
          [`exact trace, ${input}`, shortNumber(exactTrace(graph, theta, batch))],
          [`trace by single examples, ${input}`, shortNumber(per_sample)],
          [`trace by a minibatch, ${input}`, shortNumber(minibatch)],
          [`norm by layer, ${input}`, shortNumber(normByLayer(graph, gradient))],
        ];
      }),
    ),
  };
}

/** What a definition tells of a search: all its samples, its step, its choice. */
export function searchFacts({ choices, samples, alpha }: Searched): Record<string, string> {
  return {
    'norms of samples': samples.map(({ norm }) => shortNumber(norm)).join(' '),
    'limits of samples': samples.map(({ limit }) => shortNumber(limit)).join(' '),
    // Differences of gradients are known to some digits only.
    'α after its step': Array.from(alpha, (value) => value.toFixed(4)).join(' '),
    'chosen architecture': choices,
  };
}

function digestOf(values: Float32Array | Float64Array): string {
  return createHash('sha256').update(bytesOf(values)).digest('hex').slice(0, 16);
}
