import type { SuiteSpec } from '../harness/spec/suite.ts';
import { amortizedInference } from './amortized-inference.ts';
import { compression } from './compression.ts';
import { distillation } from './distillation.ts';
import { gaussianAttention } from './gaussian-attention.ts';
import { lazyTraining } from './lazy-training.ts';
import { nasi } from './nasi.ts';
import { normalization } from './normalization.ts';
import { pretraining } from './pretraining.ts';
import { tensors } from './tensors.ts';
import { translation } from './translation.ts';
import { twinRegularization } from './twin-regularization.ts';

const known: SuiteSpec[] = [
  compression,
  tensors,
  translation,
  distillation,
  normalization,
  pretraining,
  lazyTraining,
  gaussianAttention,
  twinRegularization,
  nasi,
  amortizedInference,
];

/** Every suite that the command line knows. */
export const suites: readonly SuiteSpec[] = known;

/**
 * Makes a suite known.
 *
 * @throws Error where its name is taken
 */
export function addSuite(suite: SuiteSpec): void {
  if (known.some(({ name }) => name === suite.name)) throw new Error(`suite '${suite.name}' is known already`);
  known.push(suite);
}
