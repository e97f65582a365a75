import { z } from 'zod';
import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import type { KindWords } from '../../harness/spec/kind-words.ts';
import { addKindWords } from '../../harness/spec/kinds.ts';
import { addMetric } from '../../harness/spec/metrics.ts';
import { type BaseConfig, baseConfig, type FactorValue } from '../../harness/spec/words.ts';
import { finishedRecord, fixtureRecord, type RecordOverrides } from './records.ts';

/** Kinds that no suite has, for what must be right of every kind: other metrics, other factors, no model, no curve. */

addMetric('model_log_likelihood', {
  title: 'log-likelihood',
  better: 'higher',
  unit: 'nats',
  full: null,
  least: null,
  most: null,
  of: 'the last step',
});

interface OtherConfig extends BaseConfig {
  model: string | null;
  values: Record<string, FactorValue>;
}

function wordsFor(
  task: string,
  metrics: readonly [string, ...string[]],
  names: readonly string[],
): KindWords<OtherConfig> {
  const value = z.union([z.string(), z.number()]);
  return {
    task,
    metrics,
    at: 'step',
    examples: 'sequences',
    usesMethods: false,
    experiment: z.object({ task: z.literal(task), arms: z.array(z.never()) }),
    config: z.strictObject({
      task: z.literal(task),
      model: z.string().nullable(),
      values: z.record(z.string(), value),
      ...baseConfig,
    }),
    details: z.null(),
    factors: Object.fromEntries(
      ['method', ...names].map((name) => [
        name,
        { of: (config: OtherConfig) => (name === 'method' ? config.method : (config.values[name] ?? null)) },
      ]),
    ),
    configOf: () => ({}),
    model: ({ model }) => model,
    dataset: () => null,
    rates: () => ({ learning_rate: null, decay: null }),
    length: () => null,
  };
}

/** Scored by perplexity, of which less is better; two numbers beside it. Arms have budgets. */
export const language = 'fixture-language';
addKindWords(wordsFor(language, ['perplexity', 'model_log_likelihood', 'valid_loss'], ['budget', 'sigma', 'tuning']));

/** Scored by a log-likelihood, which has no bounds; without model, data, size and curve. */
export const density = 'fixture-density';
addKindWords(wordsFor(density, ['model_log_likelihood'], ['sigma']));

/** What a cell of one of these kinds is. */
export interface OtherCell {
  kind: string;
  method: string;
  seed?: number;
  factors?: Record<string, FactorValue>;
  model?: string | null;
}

/** A record of one of these kinds; the first value is the gated metric's. */
export function otherRecord(
  { kind, method, seed = 0, factors = {}, model = null }: OtherCell,
  measures: Record<string, number | null>,
  overrides: RecordOverrides = {},
): FinishedRecord {
  const config: OtherConfig = { task: kind, method, seed, model, values: factors };
  const all = [{ name: 'method', value: method as FactorValue }];
  for (const [name, value] of Object.entries(factors)) all.push({ name, value });
  const arm = { kind, model, dataset: null, factors: all };
  return finishedRecord({
    ...fixtureRecord(),
    ...arm,
    id: idOf(config),
    cell: cellNameOf(arm, seed),
    seed,
    config,
    suite: 'other',
    measures: Object.entries(measures).map(([metric, value]) => ({ metric, value, best: null })),
    curve: [],
    phases: [],
    data_source: null,
    train_examples: null,
    test_examples: null,
    ...overrides,
  });
}

/** Fields of records of a kind that has no network. */
export const unsized: RecordOverrides = {
  ratio: null,
  weight_ratio: null,
  parameters: null,
  nonzero_parameters: null,
  macs: null,
  training_passes: null,
  training_macs: null,
  train_loss: null,
  train_examples_per_second: null,
  eval_examples_per_second: null,
  step_ms: null,
  tensor_peak_bytes: null,
  weights_digest: null,
};
