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
