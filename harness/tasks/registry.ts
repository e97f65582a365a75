import type { BaseConfig } from '../spec/words.ts';
import { amortizedInference } from './amortized-inference/kind.ts';
import { denoisingEncoder } from './denoising-encoder/kind.ts';
import { distillation } from './distillation/kind.ts';
import { gaussianAttention } from './gaussian-attention/kind.ts';
import { image } from './image/kind.ts';
import type { Kind } from './kind.ts';
import { lazyTraining } from './lazy-training/kind.ts';
import { nasi } from './nasi/kind.ts';
import { normalization } from './normalization/kind.ts';
import { pretraining } from './pretraining/kind.ts';
import { questionAnswering } from './question-answering/kind.ts';
import { translation } from './translation/kind.ts';
import { twinRegularization } from './twin-regularization/kind.ts';

/** Every kind of task: one line a kind. */
const kinds = new Map<string, Kind>();
addKind(image);
addKind(translation);
addKind(normalization);
addKind(distillation);
addKind(pretraining);
addKind(questionAnswering);
addKind(lazyTraining);
addKind(gaussianAttention);
addKind(twinRegularization);
addKind(nasi);
addKind(amortizedInference);
addKind(denoisingEncoder);

/**
 * Makes a kind of task known whose words are known.
 *
 * @throws Error where its name is taken
 */
export function addKind<C extends BaseConfig>(kind: Kind<C>): void {
  if (kinds.has(kind.task)) throw new Error(`kind '${kind.task}' is known already; choose another name`);
  // What is planned or read under a kind's name has been checked by its words' schemas.
  kinds.set(kind.task, kind as unknown as Kind);
}

/** @throws Error where there is no such kind */
export function kindOf(task: string): Kind {
  const kind = kinds.get(task);
  if (kind === undefined) throw new Error(`kind of task '${task}' is unknown; known: ${[...kinds.keys()].join(', ')}`);
  return kind;
}
