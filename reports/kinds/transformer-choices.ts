import { decayedProducts, spectralProducts } from '../../harness/spec/translation.ts';
import { type Choice, initAndRegularizerChoices } from './contrast-specs.ts';

/** What spectral initialization and Frobenius decay change in a Transformer: of all its products, and of some alone. */
export const transformerChoices: readonly Choice[] = [
  ...initAndRegularizerChoices,
  ...partsOf(spectralProducts, 'spectral').map((to): Choice => {
    return { subject: `${to} against default initialization`, factor: 'init', from: 'default', to };
  }),
  ...partsOf(decayedProducts, 'frobenius-decay').map((to): Choice => {
    return { subject: `${to} against weight decay`, factor: 'regularizer', from: 'weight-decay', to };
  }),
];

function partsOf(products: object, whole: string): string[] {
  return Object.keys(products).filter((name) => name !== whole);
}
