import type { Model } from '../../harness/nn/model.ts';
import { composedFilter } from './conv-layers.ts';
import { valuesOf } from './engine.ts';
import { at, batchNormalized, convolution, filled, map, matMul, normalized, type Values } from './reference.ts';

/** The variables of a model by name, in plain numbers. */
export type Weights = Map<string, Values>;

export function weightsOf(model: Model): Weights {
  return new Map(model.variables.map(({ name, value }) => [name, valuesOf(value)]));
}

/** Layers in float64 that read their weights by name, as the networks' definitions use them. */
export function referenceLayers(weights: Weights, training: boolean) {
  const weight = (name: string): Values => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`reference: the model has no variable ${name}`);
    return found;
  };
  const filterNamed = (name: string) =>
    weights.has(`${name}.weight`) ? weight(`${name}.weight`) : composedOnce(weight(`${name}.u`), weight(`${name}.v`));
  /** Convolution `<name>.conv`. */
  const conv = (x: Values, name: string, stride: number): Values =>
    convolution(x, filterNamed(`${name}.conv`), [stride, stride]);
  /** Batch normalization `<name>.norm`. */
  const norm = (x: Values, name: string): Values => {
    const [scale, offset] = [weight(`${name}.norm.scale`), weight(`${name}.norm.offset`)];
    if (training) return batchNormalized(x, scale, offset);
    const statistics = { mean: weight(`${name}.norm.mean`).data, variance: weight(`${name}.norm.variance`).data };
    return normalized(x, statistics, scale, offset);
  };
  return {
    conv,
    norm,
    convNorm: (x: Values, name: string, stride: number): Values => norm(conv(x, name, stride), name),
    /** Average over the pixels, then the linear layer. */
    classified(x: Values): Values {
      const product = matMul(averagePooled(x), weight('classifier.weight'));
      const bias = weight('classifier.bias').data;
      return map(product, (value, flat) => value + bias[flat % bias.length]!);
    },
  };
}

/** Finite differences move one variable at a time: the other layers' filters stay as they are. */
const composedFilters = new WeakMap<Values, { v: Values; filter: Values }>();

function composedOnce(u: Values, v: Values): Values {
  const known = composedFilters.get(u);
  if (known?.v === v) return known.filter;
  const filter = composedFilter(u, v);
  composedFilters.set(u, { v, filter });
  return filter;
}

export function positive(x: Values): Values {
  return map(x, (value) => Math.max(0, value));
}

export function averagePooled(x: Values): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return filled([batch, channels], ([n, c]) => {
    let sum = 0;
    for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) sum += at(x, n!, i, j, c!);
    return sum / (height * width);
  });
}
