import type { BaseConfig } from '../../harness/spec/words.ts';
import type { ContrastSpec } from '../arms/contrasts.ts';

/** A contrast without what of the configuration must be equal, which is the kind's. */
export type Choice = Omit<ContrastSpec, 'rest'>;

/** What spectral initialization and Frobenius decay change. */
export const initAndRegularizerChoices: readonly Choice[] = [
  { subject: 'spectral against default initialization', factor: 'init', from: 'default', to: 'spectral' },
  {
    subject: 'spectral initialization with singular values of one against its own',
    factor: 'init',
    from: 'spectral',
    to: 'spectral-ones',
  },
  { subject: 'independent against default initialization', factor: 'init', from: 'default', to: 'iid' },
  { subject: 'spectral against independent initialization', factor: 'init', from: 'iid', to: 'spectral' },
  {
    subject: 'Frobenius decay against weight decay',
    factor: 'regularizer',
    from: 'weight-decay',
    to: 'frobenius-decay',
  },
  { subject: 'crs against weight decay', factor: 'regularizer', from: 'weight-decay', to: 'crs' },
  { subject: 'Frobenius decay against crs', factor: 'regularizer', from: 'crs', to: 'frobenius-decay' },
  {
    subject: 'Frobenius decay against none of the factors',
    factor: 'regularizer',
    from: 'no-factor-decay',
    to: 'frobenius-decay',
  },
  { subject: 'weight decay against none', factor: 'regularizer', from: 'none', to: 'weight-decay' },
  { subject: 'Frobenius decay against none', factor: 'regularizer', from: 'none', to: 'frobenius-decay' },
];

/**
 * The choices as contrasts of arms that are trained.
 *
 * @param idle fields of the training that mean nothing without a regularizer
 */
export function trainingContrasts<C extends BaseConfig & { training: object }>(
  choices: readonly Choice[],
  idle: readonly (keyof C['training'] & string)[],
): ContrastSpec<C>[] {
  return choices.map(({ factor, from, ...choice }) => ({
    ...choice,
    factor,
    from,
    rest: (config) => {
      const training = from === 'none' ? withoutDecay(config.training, idle) : config.training;
      return { ...config, training, seed: null, [factor]: null };
    },
  }));
}

function withoutDecay(training: object, idle: readonly string[]): object {
  return { ...training, ...Object.fromEntries(idle.map((field) => [field, null])) };
}

/**
 * Low-rank layers, however they are initialized, against the thinner network of as many parameters, which has no product
 * to initialize, and whose weight decay is its Frobenius decay: both without decay, or both with one of the same λ.
 */
export function againstNarrow<C extends BaseConfig & { training: object }>(
  idle: readonly (keyof C['training'] & string)[],
): ContrastSpec<C> {
  return {
    subject: 'low-rank layers against a thinner network',
    factor: 'method',
    from: 'narrow',
    to: 'low-rank',
    rest(config) {
      const decays = 'regularizer' in config && config.regularizer !== 'none';
      const training = decays ? config.training : withoutDecay(config.training, idle);
      return { ...config, training, seed: null, method: null, init: null, regularizer: decays };
    },
  };
}
