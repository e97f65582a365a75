import { z } from 'zod';
import { amortizedInference } from './amortized-inference.ts';
import { denoisingEncoder } from './denoising-encoder.ts';
import { distillation } from './distillation.ts';
import { gaussianAttention } from './gaussian-attention.ts';
import { image } from './image.ts';
import type { KindWords } from './kind-words.ts';
import { lazyTraining } from './lazy-training.ts';
import { metricOf } from './metrics.ts';
import { nasi } from './nasi.ts';
import { normalization } from './normalization.ts';
import { pretraining } from './pretraining.ts';
import { questionAnswering } from './question-answering.ts';
import { translation } from './translation.ts';
import { twinRegularization } from './twin-regularization.ts';
import type { BaseConfig, BaseExperiment } from './words.ts';

/** The words of every kind of task: one line a kind. */
const kinds = new Map<string, KindWords>();
addKindWords(image);
addKindWords(translation);
addKindWords(normalization);
addKindWords(distillation);
addKindWords(pretraining);
addKindWords(questionAnswering);
addKindWords(lazyTraining);
addKindWords(gaussianAttention);
addKindWords(twinRegularization);
addKindWords(nasi);
addKindWords(amortizedInference);
addKindWords(denoisingEncoder);

/**
 * Makes the words of a kind known. Its tasks and its part of the reports have lists of their own.
 *
 * @throws Error where its name is taken, or a metric of it is unknown
 */
export function addKindWords<C extends BaseConfig, E extends BaseExperiment>(words: KindWords<C, E>): void {
  if (kinds.has(words.task)) throw new Error(`kind '${words.task}' is known already; choose another name`);
  // One that is not in the table would come out only after a cell was computed.
  words.metrics.forEach(metricOf);
  // What is read under a kind's name has been checked by its schemas: only then is it handed to the kind.
  kinds.set(words.task, words as unknown as KindWords);
}

/** @throws Error where there is no such kind */
export function wordsOfKind(task: string): KindWords {
  const words = kinds.get(task);
  if (words === undefined) throw new Error(unknownKind(task));
  return words;
}

function unknownKind(task: string): string {
  return `kind of task '${task}' is unknown; known: ${[...kinds.keys()].join(', ')}`;
}

/** The names of all kinds. */
export function kindNames(): string[] {
  return [...kinds.keys()];
}

/** A schema that is chosen by the field `task`. */
function byTask<T>(schemaOf: (words: KindWords) => z.ZodType<T>) {
  return z.looseObject({ task: z.string() }).transform((value, context): T => {
    const words = kinds.get(value.task);
    if (words === undefined) {
      context.addIssue({ code: 'custom', path: ['task'], message: unknownKind(value.task) });
      return z.NEVER;
    }
    const parsed = schemaOf(words).safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  });
}

/** Models that are trained alike on one data set, each under every arm. */
export const experimentSchema = byTask(({ experiment }) => experiment);

/** Everything that decides a cell's result, defaults included; its hash is the cell's id. */
export const configSchema = byTask(({ config }) => config);
