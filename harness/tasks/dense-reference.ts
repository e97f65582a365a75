import type { BaseConfig } from '../spec/words.ts';

/** A configuration with a method of the registry, as far as the dense network's step goes. */
interface MethodConfig extends BaseConfig {
  init: string;
  regularizer: string;
  budget: number;
  budgetUnit?: unknown;
  tuning?: unknown;
}

/** The dense network of a configuration, without decay: the same for all its arms and seeds. */
export function denseReference<C extends MethodConfig>(config: C): C {
  const { budgetUnit: _unit, tuning: _tuning, overrides: _overrides, methodDigest: _digest, ...rest } = config;
  const dense = { method: 'dense', init: 'default', regularizer: 'none', budget: 1, seed: 0 };
  return { ...rest, ...dense } as unknown as C;
}
