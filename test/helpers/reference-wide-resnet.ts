import { map, type Values } from './reference.ts';
import { positive, referenceLayers, type Weights } from './reference-network.ts';

/**
 * Logits of the wide ResNet of Zagoruyko and Komodakis 2016 in float64, written out block by block. A block that keeps
 * its shape adds what it computes to its input as it is; one that changes it normalizes and activates the input first,
 * and projects that.
 */
export function referenceWideResnetLogits(
  { depth, widen }: { depth: number; widen: number },
  weights: Weights,
  images: Values,
  training: boolean,
): Values {
  const { conv, norm, classified } = referenceLayers(weights, training);
  let x = conv(images, 'stem', 1);
  let channels = 16;
  for (let stage = 1; stage <= 3; stage++) {
    for (let block = 1; block <= (depth - 4) / 6; block++) {
      const name = `stage${stage}.block${block}`;
      const wanted = [16, 32, 64][stage - 1]! * widen;
      const stride = stage > 1 && block === 1 ? 2 : 1;
      const activated = positive(norm(x, `${name}.1`));
      const inner = positive(norm(conv(activated, `${name}.1`, stride), `${name}.2`));
      const branch = conv(inner, `${name}.2`, 1);
      const passing = channels === wanted ? x : conv(activated, `${name}.shortcut`, stride);
      x = map(branch, (value, flat) => value + passing.data[flat]!);
      channels = wanted;
    }
  }
  return classified(positive(norm(x, 'head')));
}
