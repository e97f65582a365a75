import { z } from 'zod';
import { type PlanOptions, planCells } from '../../harness/plan/plan.ts';
import type { PlannedCell } from '../../harness/spec/cell.ts';
import type { KindWords } from '../../harness/spec/kind-words.ts';
import { addKindWords } from '../../harness/spec/kinds.ts';
import { type SuiteSpec, suiteSchema } from '../../harness/spec/suite.ts';
import { armSchemaOf, baseConfig } from '../../harness/spec/words.ts';
import type { Kind } from '../../harness/tasks/kind.ts';
import { addKind } from '../../harness/tasks/registry.ts';
import type { Task, TaskOptions } from '../../harness/tasks/task.ts';
import { waiting } from './costs.ts';

/** A kind whose cells read from each other: a link adds one to the sum of the weights of the links that it reads. */

const link = z.int().min(0);
/** By link, the links that it reads. */
const reads = z.array(z.array(link));
const task = z.literal('chain');

const configSchema = z.strictObject({ task, link, reads, ...baseConfig });
const experimentSchema = z.strictObject({
  task,
  reads,
  arms: z.array(armSchemaOf({ link: z.array(link).min(1) })).min(1),
});
type ChainConfig = z.infer<typeof configSchema>;
type ChainExperiment = z.infer<typeof experimentSchema>;

const words: KindWords<ChainConfig, ChainExperiment> = {
  task: 'chain',
  metrics: ['accuracy'],
  at: 'step',
  examples: 'numbers',
  usesMethods: false,
  experiment: experimentSchema,
  config: configSchema,
  details: z.null(),
  factors: { method: { of: ({ method }) => method }, link: { of: (config) => config.link } },
  configOf: (experiment, { method, factors, seed }) => ({
    task: experiment.task,
    link: factors.link,
    reads: experiment.reads,
    method,
    seed,
  }),
  model: () => null,
  dataset: () => null,
  rates: () => ({ learning_rate: null, decay: null }),
  length: () => null,
  needs: (config) =>
    (config.reads[config.link] ?? []).map((read) => ({ role: roleOf(read), config: { ...config, link: read } })),
};

const kind: Kind<ChainConfig> = {
  task: 'chain',
  // What is read later takes longer: a pool that only looks at the time would begin at the wrong end.
  outline: (config) => ({ ratio: null, parameters: null, cost: waiting(10 + config.link) }),
  batchOf: () => 1,
  dataDigest: async () => null,
  load: async () => chainTask,
};

addKindWords(words);
addKind(kind);

const roleOf = (read: number) => `link-${read}`;

async function chainTask({ link: own, reads: read }: ChainConfig, options: TaskOptions): Promise<Task> {
  const { variableOf } = await import('../../harness/engine/variable.ts');
  const found = await Promise.all((read[own] ?? []).map((one) => options.needed(roleOf(one)).weights()));
  const sum = found.reduce((total, weights) => total + weights.get('sum')!.values[0]!, 1);
  const variable = variableOf('sum', 'weight', Float32Array.of(sum), [1]);
  return {
    size: null,
    data: null,
    phases: [],
    warnings: [],
    state: [variable],
    variables: [variable],
    train: async () => ({ curve: [], diverged: false }),
    conclude: async () => ({
      measures: [{ metric: 'accuracy', value: sum / 100, best: null }],
      checks: [],
      details: null,
      examples: 0,
    }),
  };
}

/** A suite of the links 0 to `links` - 1, which read what `reads` says. */
export function chainSuite(
  readsOfLinks: readonly (readonly number[])[],
  { links = readsOfLinks.length, seeds = 1, method = 'fine' }: { links?: number; seeds?: number; method?: string } = {},
): SuiteSpec {
  const arm = { method, factors: { link: Array.from({ length: links }, (_, index) => index) } };
  return suiteSchema.parse({
    name: 'chains',
    title: 'Chains for tests',
    description: 'Cells that read from each other.',
    profiles: {
      smoke: {
        note: 'short',
        experiments: [{ task: 'chain', reads: readsOfLinks, arms: [arm] }],
        seeds,
        margin: 0.02,
        timeLimitSeconds: 20,
      },
    },
  });
}

/** Its cells, `fine-0.seed-0` the first. */
export function chainCells(
  readsOfLinks: readonly (readonly number[])[],
  options: Partial<PlanOptions> = {},
): PlannedCell[] {
  return planCells(chainSuite(readsOfLinks), 'smoke', { present: [], ...options });
}
