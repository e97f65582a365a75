import type { Model } from '../../harness/nn/model.ts';
import type { ConvShape } from '../../harness/shape/blueprint.ts';
import { at, filled, map, type Values } from './reference.ts';
import { positive, referenceLayers, type Weights } from './reference-network.ts';

/**
 * Logits of the CIFAR ResNet of He et al. 2016, section 4.2, written out stage by stage in float64: option-A shortcuts
 * take every other pixel from the first on and put the old channels in the middle of the new ones; projections are a
 * 1 x 1 convolution of stride 2 and batch normalization.
 */
export function referenceLogits(model: Model, weights: Weights, images: Values, training: boolean): Values {
  const { convNorm, classified } = referenceLayers(weights, training);
  const projections = model.blueprint.name.endsWith('-projection');
  const blocks = model.blueprint.layers.filter(({ name }) => /^stage1\.block\d+\.1\.conv$/.test(name)).length;
  const width = (model.blueprint.layers[0] as ConvShape).outChannels;
  let x = positive(convNorm(images, 'stem', 1));
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 1; block <= blocks; block++) {
      const narrows = stage > 1 && block === 1;
      const name = `stage${stage}.block${block}`;
      const inner = positive(convNorm(x, `${name}.1`, narrows ? 2 : 1));
      const branch = convNorm(inner, `${name}.2`, 1);
      const projected = () => (projections ? convNorm(x, `${name}.shortcut`, 2) : optionA(x, width * 2 ** (stage - 1)));
      const skipped = narrows ? projected() : x;
      x = positive(map(branch, (value, flat) => value + skipped.data[flat]!));
    }
  }
  return classified(x);
}

export function optionA(x: Values, channels: number): Values {
  const [batch, height, width, old] = x.shape as [number, number, number, number];
  const before = (channels - old) / 2;
  return filled([batch, Math.ceil(height / 2), Math.ceil(width / 2), channels], ([n, i, j, c]) =>
    c! < before || c! >= before + old ? 0 : at(x, n!, 2 * i!, 2 * j!, c! - before),
  );
}
