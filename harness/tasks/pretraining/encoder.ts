import { type BudgetPlan, narrowedPlan, planBudget } from '../../budget/budget.ts';
import { budgetOf } from '../../budget/budget-unit.ts';
import { dense } from '../../methods/dense.ts';
import type { Method } from '../../methods/method.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { transformerInit } from '../../nn/transformer/transformer-init.ts';
import type { TransformerCompression } from '../../nn/transformer/transformer-parts.ts';
import {
  type EncoderBlueprint,
  type EncoderHead,
  type EncoderLengths,
  encoderBlueprint,
  narrowedEncoder,
  sizedEncoder,
} from '../../shape/encoder.ts';
import type { Sized } from '../../shape/sized.ts';
import { encoderName } from '../../spec/model-names.ts';
import type { PretrainingConfig } from '../../spec/pretraining.ts';
import { decayedProducts } from '../../spec/translation.ts';
import { chosenTokens } from '../../text/masking.ts';

/** What of a configuration decides the network: pre-training's and fine-tuning's alike. */
export type EncoderConfig = Pick<
  PretrainingConfig,
  'model' | 'method' | 'init' | 'regularizer' | 'budget' | 'budgetUnit' | 'training'
>;

/** An encoder under a method. */
export interface EncoderPlan {
  blueprint: EncoderBlueprint;
  /** The dense network. */
  network: Sized;
  budget: BudgetPlan;
  compression: TransformerCompression;
}

/**
 * Plans the network of a configuration. The budget is met by the network that is pre-trained: fine-tuning has its ranks
 * or widths, whatever head it has in place.
 *
 * @throws UsageError where the method does not reach the budget
 */
export function planEncoder(
  config: EncoderConfig,
  method: Method,
  head: EncoderHead,
  lengths: EncoderLengths,
): EncoderPlan {
  const { model, init } = config;
  const whole = (own: EncoderHead) => encoderBlueprint(encoderName(model), model, own);
  const sized = (own: EncoderHead) => sizedEncoder(whole(own), lengths);
  const { scale, width } = planBudget(sized('masked-tokens'), method, budgetOf(config));
  const network = sized(head);
  return {
    blueprint: width === 1 ? whole(head) : narrowedEncoder(whole(head), width),
    network,
    budget: planAt(network, method, scale, width),
    compression: { method: method.kind === 'layer' ? method : dense, scale, ...transformerInit(init) },
  };
}

/** What a network comes to at a rank scale, or a share of its widths. */
function planAt(network: Sized, method: Method, scale: number, width: number): BudgetPlan {
  if (method.kind === 'layer') return planBudget(network, method, { amount: scale, unit: 'rank-scale' });
  return narrowedPlan(network, width);
}

/** The tokens of a sequence, and those of them that are told. */
export function maskedLengths({ dataset, training }: Pick<PretrainingConfig, 'dataset' | 'training'>): EncoderLengths {
  return { tokens: dataset.length, predicted: chosenTokens(dataset.length, training.masking.share) };
}

/** Whether a method builds encoders: those that masks are over, or that are trained otherwise first, are not here. */
export function buildsEncoders(method: Method): boolean {
  return method.kind === 'narrow' || (method.kind === 'layer' && method.matrices !== undefined);
}

/** Why a combination could change nothing, or cannot be, a sentence; null where it could. */
export function encoderRefusal(config: EncoderConfig, method: Method): string | null {
  if (!buildsEncoders(method)) {
    return `method ${method.name}: works on convolutions or through masks; an encoder needs one that replaces matrices`;
  }
  const { name } = config.training.optimizer;
  if (name === 'flambe-as-read' && !(config.regularizer in decayedProducts)) {
    return `optimizer 'flambe-as-read' is LAMB with Frobenius decay; name 'lamb' with regularizer '${config.regularizer}'`;
  }
  // Spectral initialization of some of a Transformer's products is spectral initialization.
  const init = ['default', 'spectral-ones'].includes(config.init) ? config.init : 'spectral';
  return idleRefusal(method, { ...config, init });
}
