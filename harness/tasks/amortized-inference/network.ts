import { type BudgetPlan, planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { dense } from '../../methods/dense.ts';
import { denseMatrices } from '../../methods/dense-matrix.ts';
import type { Method } from '../../methods/method.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { type Autoencoder, buildAutoencoder } from '../../nn/autoencoder.ts';
import type { Streams } from '../../random.ts';
import {
  type AutoencoderBlueprint,
  autoencoderBlueprint,
  narrowedAutoencoder,
  sizedAutoencoder,
} from '../../shape/autoencoder.ts';
import type { AmortizedConfig, BinaryDatasetSpec, ObjectiveSpec } from '../../spec/amortized-inference.ts';
import { autoencoderName } from '../../spec/model-names.ts';

/** Pixels of MNIST. */
const publishedPixels = 28 * 28;

/** Entries of an example. */
export function pixelsOf(dataset: BinaryDatasetSpec): number {
  return dataset.name === 'generated-binary' ? dataset.pixels : publishedPixels;
}

/** An autoencoder under a method. */
export interface AutoencoderPlan {
  /** As it is built: thinner, where the method makes it so. */
  blueprint: AutoencoderBlueprint;
  dense: AutoencoderBlueprint;
  budget: BudgetPlan;
}

/**
 * Plans the network of a configuration. The budget counts encoder and decoder; the encoder alone meets it.
 *
 * @throws UsageError where the method does not reach the budget
 */
export function planAutoencoder(config: AmortizedConfig, method: Method): AutoencoderPlan {
  const { model, dataset } = config;
  const { hidden, latent } = model;
  const sizes = { inputs: pixelsOf(dataset), encoder: hidden, latent, decoder: [...hidden].reverse() };
  const whole = autoencoderBlueprint(autoencoderName(model), sizes);
  const budget = planBudget(sizedAutoencoder(whole), method, budgetOf(config));
  const blueprint = budget.width === 1 ? whole : narrowedAutoencoder(whole, budget.width);
  return { blueprint, dense: whole, budget };
}

/** The network of a plan. */
export function plannedAutoencoder(
  { blueprint, budget }: AutoencoderPlan,
  method: Method,
  { init, objective }: Pick<AmortizedConfig, 'init' | 'objective'>,
  streams: Streams,
): Autoencoder {
  const { matrices = denseMatrices } = method.kind === 'layer' ? method : dense;
  const own = { encoder: matrices, decoder: denseMatrices, scale: budget.scale, init, bound: boundOf(objective) };
  return buildAutoencoder(blueprint, own, streams);
}

/** H; null: the encoder's weights are not bounded. */
export function boundOf(objective: ObjectiveSpec): number | null {
  return objective.name === 'weight-bound' ? objective.bound : null;
}

/** Whether a method builds encoders: those that masks are over, or that are trained otherwise first, are not here. */
export function buildsAutoencoders(method: Method): boolean {
  return method.kind === 'narrow' || (method.kind === 'layer' && method.matrices !== undefined);
}

/** Why a combination could change nothing, or cannot be, a sentence; null where it could. */
export function autoencoderRefusal(config: AmortizedConfig, method: Method): string | null {
  if (!buildsAutoencoders(method)) {
    return `method ${method.name}: works on convolutions or through masks; an encoder needs one that replaces matrices`;
  }
  return idleRefusal(method, config);
}
