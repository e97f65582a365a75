import { describe, expect, it } from 'vitest';
import { tf } from '../../../harness/engine/tensorflow.ts';
import { dense } from '../../../harness/methods/dense.ts';
import { lowRank } from '../../../harness/methods/low-rank.ts';
import { streamsOf } from '../../../harness/random.ts';
import { normOfProduct, productsOf, scaleProduct } from '../../../harness/tasks/normalization/products.ts';
import { convShape } from '../../helpers/conv-layers.ts';
import { valuesOf } from '../../helpers/engine.ts';
import { dot } from '../../helpers/reference.ts';

const shape = convShape({ name: 'layer.conv', kernel: [3, 3], inChannels: 4, outChannels: 6 });
const layerOf = (scale: number) => lowRank.build(shape, scale, 'default', streamsOf('products', 0));
const composed = (layer: ReturnType<typeof layerOf>) => {
  const matrix = valuesOf(layer.matrix());
  return Math.sqrt(dot(matrix, matrix));
};
const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);

describe('products', () => {
  it.each([0.2, 1.5])('have the norm of what the layer composes, at rank scale %d', (scale) => {
    const layer = layerOf(scale);
    const [product] = productsOf({ compressed: [layer] });
    expect(product!.name).toBe('layer.conv');
    expect(normOfProduct(product!) / composed(layer)).toBeCloseTo(1, 6);
  });

  it('are given a norm by both factors alike: the direction and the balance stay', () => {
    const layer = layerOf(0.2);
    const [product] = productsOf({ compressed: [layer] });
    const before = valuesOf(layer.matrix());
    const [u, v] = layer.variables.map(({ value }) => squares(value.dataSync()));
    const ratio = 0.3 / normOfProduct(product!);
    scaleProduct(product!, 0.3);
    expect(normOfProduct(product!) / 0.3).toBeCloseTo(1, 7);
    const after = valuesOf(layer.matrix());
    after.data.forEach((value, i) => void expect(value).toBeCloseTo(ratio * before.data[i]!, 6));
    const [nextU, nextV] = layer.variables.map(({ value }) => squares(value.dataSync()));
    expect(nextU! / u!).toBeCloseTo(ratio, 6);
    expect(nextV! / v!).toBeCloseTo(ratio, 6);
  });

  it('of zero have no direction, and are no numbers then', () => {
    const layer = layerOf(0.2);
    for (const variable of layer.variables) variable.assign(tf.zerosLike(variable.value));
    const [product] = productsOf({ compressed: [layer] });
    expect(normOfProduct(product!)).toBe(0);
    scaleProduct(product!, 1);
    expect(normOfProduct(product!)).toBeNaN();
  });

  it('leave no tensors behind', () => {
    const [product] = productsOf({ compressed: [layerOf(0.2)] });
    const before = tf.memory().numTensors;
    scaleProduct(product!, 2 * normOfProduct(product!));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are none of a dense layer', () => {
    expect(productsOf({ compressed: [dense.build(shape, 1, 'default', streamsOf('products', 0))] })).toEqual([]);
  });
});
