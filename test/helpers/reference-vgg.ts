import { at, filled, type Values } from './reference.ts';
import { positive, referenceLayers, type Weights } from './reference-network.ts';

/**
 * Logits of VGG-19 for small images in float64: stages of 2, 2, 4, 4 and 4 convolutions with batch normalization, the
 * maximum of 2 x 2 windows between them, and the average of what is left.
 */
export function referenceVggLogits(weights: Weights, images: Values, training: boolean): Values {
  const { convNorm, classified } = referenceLayers(weights, training);
  let x = images;
  [2, 2, 4, 4, 4].forEach((convolutions, stage) => {
    if (stage > 0) x = maxPooled(x, 2);
    for (let index = 1; index <= convolutions; index++) x = positive(convNorm(x, `stage${stage + 1}.${index}`, 1));
  });
  return classified(x);
}

/** The largest of each size x size window; what does not fill one is left out. */
export function maxPooled(x: Values, size: number): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return filled([batch, Math.floor(height / size), Math.floor(width / size), channels], ([n, i, j, c]) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) most = Math.max(most, at(x, n!, i! * size + a, j! * size + b, c!));
    }
    return most;
  });
}
