import { z } from 'zod';
import type { KindWords } from './kind-words.ts';
import { epochsText } from './method-words.ts';
import { armSchemaOf, baseConfig, count, positive } from './words.ts';

/**
 * The words of neural architecture search at initialization (NASI: Shu, Cai, Dai, Ooi and Low, ICLR 2022): an
 * architecture is scored by the trace of its neural tangent kernel before it is trained.
 */

/** φ of a hidden layer; `relu` is √2·max(0, h), which keeps the mean square of a normal h. */
export const activationNames = ['relu', 'tanh', 'linear', 'sigmoid'] as const;
export type ActivationName = (typeof activationNames)[number];

/**
 * What an edge of a cell does: nothing, pass its input on, a 1x1 or a 3x3 convolution of √2·max(0, x), or the mean of
 * each 3x3 neighbourhood within the image.
 */
export const operationNames = ['none', 'skip', 'conv-1', 'conv-3', 'average'] as const;
export type OperationName = (typeof operationNames)[number];

const activationLetters: Readonly<Record<string, ActivationName>> = {
  r: 'relu',
  t: 'tanh',
  l: 'linear',
  s: 'sigmoid',
};

const operationLetters: Readonly<Record<string, OperationName>> = {
  n: 'none',
  s: 'skip',
  1: 'conv-1',
  3: 'conv-3',
  p: 'average',
};

export const spaceSchema = z.discriminatedUnion('name', [
  /** Fully connected networks: one activation for each of so many hidden layers of equal width. */
  z.strictObject({ name: z.literal('mlp'), layers: count.max(64) }),
  /**
   * Convolutional networks: a stem, so many equal cells, the mean over the image, a linear layer. A cell is a directed
   * graph on its nodes with one operation on each edge, as in NAS-Bench-201 (Dong and Yang 2020); a node is the sum of
   * its edges.
   */
  z.strictObject({ name: z.literal('conv-cell'), nodes: count.min(2).max(6), cells: count.max(16) }),
]);
export type SpaceSpec = z.infer<typeof spaceSchema>;

const parts = { trainExamples: count, validationExamples: count, testExamples: count };

export const nasiDatasetSchema = z.discriminatedUnion('name', [
  /** Generated vectors of norm √dimension, a normal cloud around a random centre a class; needs no files. */
  z.strictObject({
    name: z.literal('mixture'),
    dimension: count.min(2).max(1e5),
    classes: count.min(2).max(256),
    ...parts,
  }),
  /** Generated images, a smooth random pattern a class, shifted, under noise; needs no files. */
  z.strictObject({ name: z.literal('templates'), side: z.literal(16), ...parts }),
  /** Images of the harness, averaged over blocks of pixels down to a side that divides theirs. */
  z.strictObject({
    name: z.enum(['cifar-10', 'generated']),
    side: z.union([z.literal(8), z.literal(16), z.literal(32)]),
    ...parts,
    /** Present where bytes drawn at random stand in for the files. */
    standIn: z.literal(true).optional(),
  }),
]);
export type NasiDatasetSpec = z.infer<typeof nasiDatasetSchema>;

/** Where a network is scored at its start. */
export const scoringSchema = z.strictObject({
  /** b, of the batch that the gradients' estimators see. */
  examples: count.min(2).max(1e5),
  /** Its first ones, on which the exact trace is taken. */
  exactExamples: count.max(1e5),
  /** Draws of the weights; training starts from the first. */
  inits: count.max(1000),
});
export type ScoringSpec = z.infer<typeof scoringSchema>;

/** Stochastic gradient descent with momentum on the mean cross-entropy, at one rate. */
export const nasiTrainingSchema = z.strictObject({
  epochs: count,
  batchSize: count.max(1e6),
  learningRate: positive,
  momentum: z.number().min(0).lt(1),
});
export type NasiTrainingSpec = z.infer<typeof nasiTrainingSchema>;

/** The one step of search from α = 0. */
export const searchSchema = z.strictObject({
  /** Channels or units of the searched network, and of the one that is chosen. */
  width: count.max(8192),
  /** T, samples of the architecture. */
  samples: count.max(1e5),
  /** b, fresh for each of them. */
  examples: count.min(2).max(1e5),
  /** τ of the Gumbel-softmax. */
  temperature: positive,
  /** μ, how much a norm above ν is punished. */
  mu: z.number().min(0),
  /** ν; of `nasi-ada` that of the first sample alone. */
  nu: positive,
});
export type SearchSpec = z.infer<typeof searchSchema>;

/**
 * - `architecture`: a given one is scored and trained.
 * - `nasi-fix`: searched by R = S − μ·max(0, S − ν), S = ‖b⁻¹ Σ ∇L‖², and trained.
 * - `nasi-ada`: the same with ν the mean of all S before.
 */
export const nasiMethodNames = ['architecture', 'nasi-fix', 'nasi-ada'] as const;
export type NasiMethodName = (typeof nasiMethodNames)[number];
const searchMethodSchema = z.enum(['nasi-fix', 'nasi-ada']);

/** What scores and searches see: the data, the data under random labels, or normal inputs under random labels. */
export const inputNames = ['true', 'random-labels', 'random-data'] as const;
export type InputName = (typeof inputNames)[number];

export const nasiArmSchema = armSchemaOf({
  architecture: z.array(z.string().min(1)).min(1).optional(),
  search_input: z.array(z.enum(inputNames)).min(1).optional(),
});

export const nasiExperimentSchema = z.strictObject({
  task: z.literal('nasi'),
  models: z.array(spaceSchema).min(1),
  dataset: nasiDatasetSchema,
  /** Used instead of `dataset` where the real files are not present; null: the experiment needs them. */
  fallbackDataset: nasiDatasetSchema.nullable(),
  scoring: scoringSchema,
  search: searchSchema,
  training: nasiTrainingSchema,
  arms: z.array(nasiArmSchema).min(1),
});

const configFields = {
  task: z.literal('nasi'),
  model: spaceSchema,
  dataset: nasiDatasetSchema,
  training: nasiTrainingSchema,
  ...baseConfig,
};

const architectureConfigSchema = z
  .strictObject({
    ...configFields,
    method: z.literal('architecture'),
    /** A letter a layer or edge, and the width: `rrtl-48`, `3s1-8`. */
    architecture: z.string(),
    scoring: scoringSchema,
  })
  .superRefine((config, context) => {
    const { model, architecture, scoring, dataset } = config;
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const problem = architectureProblem(model, architecture);
    if (problem !== null) refuse('architecture', problem);
    if (scoring.exactExamples > scoring.examples) {
      refuse('scoring', `${scoring.exactExamples} exact examples are more than the batch's ${scoring.examples}`);
    }
    if (scoring.examples > dataset.trainExamples) refuse('scoring', tooFew(scoring.examples, dataset));
  });

const searchConfigSchema = z
  .strictObject({
    ...configFields,
    method: searchMethodSchema,
    searchInput: z.enum(inputNames),
    search: searchSchema,
  })
  .superRefine(({ search, dataset }, context) => {
    if (search.examples <= dataset.trainExamples) return;
    context.addIssue({ code: 'custom', path: ['search'], message: tooFew(search.examples, dataset) });
  });

function tooFew(examples: number, { trainExamples }: { trainExamples: number }): string {
  return `a batch of ${examples} examples is more than the ${trainExamples} training examples; ask for fewer`;
}

export const nasiConfigSchema = z
  .discriminatedUnion('method', [architectureConfigSchema, searchConfigSchema])
  .superRefine(({ model, dataset }, context) => {
    const isVector = dataset.name === 'mixture';
    if ((model.name === 'mlp') === isVector) return;
    const message = `${dataset.name} does not go with ${model.name}: mlp learns mixture, and conv-cell images`;
    context.addIssue({ code: 'custom', path: ['dataset'], message });
  });

const amount = z.number().min(0);

/** By initialization. */
const bySample = z.array(amount).min(1);

/** The trace by three estimators, mean over examples. */
const estimatesSchema = z.strictObject({
  /** b⁻¹ Σₓ Σₖ ‖∂fₖ(x)/∂θ‖² over the first examples: the mean of the kernel's diagonal blocks' traces. */
  exact: bySample,
  /** b⁻¹ Σₓ ‖∂L(x)/∂θ‖². */
  per_sample: bySample,
  /** ‖b⁻¹ Σₓ ∂L(x)/∂θ‖². */
  minibatch: bySample,
});

const scoresSchema = z.strictObject({
  true: estimatesSchema,
  'random-labels': estimatesSchema,
  'random-data': estimatesSchema,
});

const closedFormSchema = z.strictObject({
  /** K·L·‖x‖²/n₀, mean over the examples. */
  expected: positive,
  /** Of further draws of the weights. */
  mean: amount,
  standard_error: amount,
  draws: count,
});

export const nasiDetailsSchema = z.strictObject({
  /** What was trained. */
  architecture: z.string(),
  width: count,
  /** Of one example's forward pass. */
  macs: count,
  /** Of the held-out examples, by which choosing by training chooses; null: it diverged. */
  validation_accuracy: z.number().min(0).max(1).nullable(),
  /** Scores at the start; null: of a search. */
  scored: z
    .strictObject({
      scores: scoresSchema,
      /** Σ over weights W of ‖∂L/∂W‖, of the mean loss of the batch, by initialization. */
      gradient_norm: bySample,
      /** Of what the three estimators take on the true data, all initializations together. */
      seconds: z.strictObject({ exact: amount, gradients: amount }),
      /** Of networks whose mean trace is known; null: of others. */
      closed_form: closedFormSchema.nullable(),
    })
    .nullable(),
  /** Null: nothing was searched. */
  searched: z
    .strictObject({
      seconds: amount,
      /** S and ν of each sample. */
      norms: z.array(amount),
      limits: z.array(positive),
      /** α after its one step: a row a layer or edge, in the order of the activations or operations. */
      alpha: z.array(z.array(z.number())),
    })
    .nullable(),
});

export type NasiArmSpec = z.infer<typeof nasiArmSchema>;
export type NasiExperimentSpec = z.infer<typeof nasiExperimentSchema>;
export type NasiConfig = z.infer<typeof nasiConfigSchema>;
export type SearchConfig = Extract<NasiConfig, { search: SearchSpec }>;
export type NasiDetails = z.infer<typeof nasiDetailsSchema>;
export type Estimates = z.infer<typeof estimatesSchema>;
export type EstimatorName = keyof Estimates;

export const nasi: KindWords<NasiConfig, NasiExperimentSpec> = {
  task: 'nasi',
  metrics: ['accuracy'],
  at: 'epoch',
  examples: 'examples',
  usesMethods: false,
  experiment: nasiExperimentSchema,
  config: nasiConfigSchema,
  details: nasiDetailsSchema,
  factors: {
    method: { of: ({ method }) => method, order: nasiMethodNames },
    architecture: { of: (config) => (isSearch(config) ? null : config.architecture) },
    search_input: { of: (config) => (isSearch(config) ? config.searchInput : null), order: inputNames },
  },
  configOf({ task, scoring, search, training }, { model, dataset, method, factors, seed }) {
    const common = { task, model, dataset, training, method, seed };
    const { architecture, search_input: searchInput } = factors;
    // What lacks or is too much for the method is refused by the schema.
    return {
      ...common,
      ...(method === 'architecture' ? { scoring } : { search }),
      ...(architecture === undefined ? {} : { architecture }),
      ...(searchInput === undefined ? {} : { searchInput }),
    };
  },
  model: ({ model }) => spaceName(model),
  dataset: ({ dataset }) => dataset.name,
  rates: ({ training }) => ({ learning_rate: training.learningRate, decay: null }),
  validation: { value: 'validation_accuracy', better: 'higher', at: 'last' },
  length: ({ training }) => epochsText(training.epochs),
};

function spaceName(space: SpaceSpec): string {
  return space.name === 'mlp' ? `mlp-${space.layers}` : `conv-cell-${space.nodes}x${space.cells}`;
}

/** Whether a configuration is one of this kind. */
export function isNasi(config: { task: string }): config is NasiConfig {
  return config.task === nasi.task;
}

/** Whether a cell searches what it trains. */
export function isSearch(config: NasiConfig): config is SearchConfig {
  return config.method !== 'architecture';
}

/** Edges of a cell, i → j with i < j, in the order of an architecture's letters: node by node. */
export function edgesOf(nodes: number): { from: number; to: number }[] {
  return Array.from({ length: nodes - 1 }, (_, before) =>
    Array.from({ length: before + 1 }, (_, from) => ({ from, to: before + 1 })),
  ).flat();
}

/** Letters of a space, one for each choice: of its layers' activations, or of its edges' operations. */
export function lettersOf(space: SpaceSpec): { places: number; letters: readonly string[] } {
  return space.name === 'mlp'
    ? { places: space.layers, letters: [...'rtls'] }
    : { places: edgesOf(space.nodes).length, letters: [...'ns13p'] };
}

/** Every architecture of a space without its width, where its output depends on its input. */
export function architecturesOf(space: SpaceSpec): string[] {
  const { places, letters } = lettersOf(space);
  let all = [''];
  for (let place = 0; place < places; place++) all = all.flatMap((start) => letters.map((letter) => start + letter));
  return all.filter((choices) => space.name === 'mlp' || isConnected(space.nodes, choices));
}

/** An architecture's name in parts. */
export interface ArchitectureName {
  choices: string;
  width: number;
}

/** @throws Error where it is none, which a configuration's schema has refused */
export function parsedArchitecture(architecture: string): ArchitectureName {
  const [, choices, width] = /^([a-z0-9]+)-([1-9][0-9]{0,3})$/.exec(architecture) ?? [];
  if (choices === undefined) throw new Error(`architecture '${architecture}' is no name of letters and a width`);
  return { choices, width: Number(width) };
}

/** The activations of hidden layers, in their order. */
export function activationsOf(choices: string): ActivationName[] {
  return [...choices].map((letter) => activationLetters[letter]!);
}

/** The operations on a cell's edges, in their order. */
export function operationsOf(choices: string): OperationName[] {
  return [...choices].map((letter) => operationLetters[letter]!);
}

/** Whether the last node gets anything of the first. */
export function isConnected(nodes: number, choices: string): boolean {
  const reached = [true, ...Array.from({ length: nodes - 1 }, () => false)];
  edgesOf(nodes).forEach(({ from, to }, edge) => {
    if (choices[edge] !== 'n' && reached[from]) reached[to] = true;
  });
  return reached[nodes - 1]!;
}

function architectureProblem(space: SpaceSpec, architecture: string): string | null {
  const { places, letters } = lettersOf(space);
  const pattern = new RegExp(`^[${letters.join('')}]{${places}}-[1-9][0-9]{0,3}$`);
  if (!pattern.test(architecture)) {
    return `${architecture} is none of ${spaceName(space)}: it needs ${places} letters of ${letters.join('')}, then - and a width`;
  }
  const { choices } = parsedArchitecture(architecture);
  if (space.name === 'mlp' || isConnected(space.nodes, choices)) return null;
  return `${architecture}: nothing of the input reaches the output; choose another operation than none (n)`;
}
