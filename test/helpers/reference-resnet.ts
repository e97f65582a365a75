import type { ConvShape } from '../../harness/nn/blueprint.ts';
import type { Model } from '../../harness/nn/model.ts';
import { composedFilter } from './conv-layers.ts';
import { valuesOf } from './engine.ts';
import { at, batchNormalized, convolution, filled, map, matMul, normalized, type Values } from './reference.ts';

/** The variables of a model by name, in plain numbers. */
export type Weights = Map<string, Values>;

export function weightsOf(model: Model): Weights {
  return new Map(model.variables.map(({ name, value }) => [name, valuesOf(value)]));
}

/**
 * Logits of the CIFAR ResNet of He et al. 2016, section 4.2, written out stage by stage in float64: option-A shortcuts
 * take every other pixel from the first on and put the old channels in the middle of the new ones.
 */
export function referenceLogits(model: Model, weights: Weights, images: Values, training: boolean): Values {
  const weight = (name: string) => weights.get(name)!;
  const filterNamed = (name: string) =>
    weights.has(`${name}.weight`) ? weight(`${name}.weight`) : composedFilter(weight(`${name}.u`), weight(`${name}.v`));
  const convNorm = (x: Values, name: string, stride: number) => {
    const y = convolution(x, filterNamed(`${name}.conv`), [stride, stride]);
    const [scale, offset] = [weight(`${name}.norm.scale`), weight(`${name}.norm.offset`)];
    if (training) return batchNormalized(y, scale, offset);
    const statistics = { mean: weight(`${name}.norm.mean`).data, variance: weight(`${name}.norm.variance`).data };
    return normalized(y, statistics, scale, offset);
  };
  const positive = (x: Values) => map(x, (value) => Math.max(0, value));
  const blocks = model.blueprint.layers.filter(({ name }) => /^stage1\.block\d+\.1\.conv$/.test(name)).length;
  const width = (model.blueprint.layers[0] as ConvShape).outChannels;
  let x = positive(convNorm(images, 'stem', 1));
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 1; block <= blocks; block++) {
      const narrows = stage > 1 && block === 1;
      const name = `stage${stage}.block${block}`;
      const inner = positive(convNorm(x, `${name}.1`, narrows ? 2 : 1));
      const branch = convNorm(inner, `${name}.2`, 1);
      const skipped = narrows ? optionA(x, width * 2 ** (stage - 1)) : x;
      x = positive(map(branch, (value, flat) => value + skipped.data[flat]!));
    }
  }
  const product = matMul(averagePooled(x), weight('classifier.weight'));
  const bias = weight('classifier.bias').data;
  return map(product, (value, flat) => value + bias[flat % bias.length]!);
}

export function optionA(x: Values, channels: number): Values {
  const [batch, height, width, old] = x.shape as [number, number, number, number];
  const before = (channels - old) / 2;
  return filled([batch, Math.ceil(height / 2), Math.ceil(width / 2), channels], ([n, i, j, c]) =>
    c! < before || c! >= before + old ? 0 : at(x, n!, 2 * i!, 2 * j!, c! - before),
  );
}

export function averagePooled(x: Values): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return filled([batch, channels], ([n, c]) => {
    let sum = 0;
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) sum += at(x, n!, i, j, c!);
    return sum / (height * width);
  });
}
