import { shortNumber } from '../../definition/first-steps.ts';
import type { Definition } from '../../spec/definition.ts';
import { normOf } from '../../tensor/nd-array.ts';
import type { Norms } from './norm-trace.ts';
import { normOfProduct, type Product, scaleProduct } from './products.ts';

/** What a definition tells of products, beside what it tells of every training. */

/**
 * What setting norms would make of the products as they stand, told without a recorded norm: the k-th layer's is made
 * 1 + k/10 times as large, and ‖UVᵀ‖_F, ‖U‖_F and ‖V‖_F before and after are told. The variables are left changed. All
 * of it follows from the initial values in float64, the same on every processor.
 */
export function scalingFact(products: readonly Product[]): Record<string, string> {
  return Object.fromEntries(
    products.map((product, index) => {
      const before = normsOf(product);
      scaleProduct(product, (1 + (index + 1) / 10) * before[0]!);
      const text = (norms: readonly number[]) => norms.map(shortNumber).join(' ');
      return [product.name, `${text(before)} -> ${text(normsOf(product))}`];
    }),
  );
}

function normsOf(product: Product): number[] {
  return [normOfProduct(product), ...[product.u, product.v].map(({ value }) => normOf(value.dataSync()))];
}

/**
 * The norms that the first steps have left in the trace, as first steps tell variables: each with a projection of 0.
 */
export function normSteps(
  products: readonly Product[],
  trace: Norms,
  { losses }: Definition['first_steps'],
): Record<string, string> {
  return Object.fromEntries(
    products.map(({ name }, layer) => [
      `product ${name}`,
      losses.map((_, index) => `${shortNumber(trace.at(index + 1)[layer]!)} 0`).join(' '),
    ]),
  );
}
