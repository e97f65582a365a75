import { z } from 'zod';
import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import { addKindWords } from '../../harness/spec/kinds.ts';
import { addMetric } from '../../harness/spec/metrics.ts';
import { baseConfig } from '../../harness/spec/words.ts';
import { finishedRecord, fixtureRecord, type RecordOverrides } from './records.ts';

/** Kinds whose cells are computed: one metric, and neither model, data, weights nor curve. */

addMetric('likelihood', {
  title: 'log-likelihood',
  better: 'higher',
  unit: 'nats',
  full: null,
  least: null,
  most: null,
  of: 'the last step',
});

/** Makes a kind of the metric known, and gives records of it by value. */
export function scoredKind(metric: string) {
  const task = `scored-by-${metric}`;
  const config = z.strictObject({ task: z.literal(task), ...baseConfig });
  addKindWords({
    task,
    metrics: [metric],
    at: 'step',
    examples: 'numbers',
    usesMethods: false,
    experiment: z.strictObject({ task: z.literal(task), arms: z.array(z.never()) }),
    config,
    details: z.null(),
    factors: { method: { of: ({ method }) => method } },
    configOf: () => ({}),
    model: () => null,
    dataset: () => null,
    rates: () => ({ learning_rate: null, decay: null }),
    length: () => null,
  });
  return (
    value: number | null,
    { seed = 0, ...overrides }: RecordOverrides & { seed?: number } = {},
  ): FinishedRecord => {
    const own: z.infer<typeof config> = { task, method: 'closed-form', seed };
    const arm = { kind: task, model: null, dataset: null, factors: [{ name: 'method', value: own.method }] };
    return finishedRecord({
      ...fixtureRecord(),
      ...arm,
      id: idOf(own),
      cell: cellNameOf(arm, seed),
      seed,
      config: own,
      ratio: null,
      measures: [{ metric, value, best: null }],
      parameters: null,
      nonzero_parameters: null,
      macs: null,
      weights_digest: null,
      fingerprint: { ...fixtureRecord().fingerprint, data: '' },
      ...overrides,
    });
  };
}
