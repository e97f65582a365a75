import type { ImageSet } from '../../../harness/data/images/image-set.ts';
import { permutation, streamsOf } from '../../../harness/random.ts';

/**
 * Test helper: multinomial logistic regression on all pixels, by plain stochastic gradient descent with momentum-free
 * steps over single examples. Returns the fraction of right answers on `test`.
 */
export function linearAccuracy(train: ImageSet, test: ImageSet, classes: number, epochs: number): number {
  const inputs = train.images.length / train.count;
  const weights = new Float64Array(classes * (inputs + 1));
  const uniform = streamsOf('softmax-regression', 0)('order');
  const x = new Float64Array(inputs + 1);
  const scores = new Float64Array(classes);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.002 / (1 + epoch);
    for (const n of permutation(train.count, uniform)) {
      load(train, n, x);
      score(weights, x, scores);
      const highest = Math.max(...scores);
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        scores[k] = Math.exp(scores[k]! - highest);
        sum += scores[k]!;
      }
      for (let k = 0; k < classes; k++) {
        const step = rate * ((k === train.labels[n] ? 1 : 0) - scores[k]! / sum);
        const row = k * x.length;
        for (let i = 0; i < x.length; i++) weights[row + i]! += step * x[i]!;
      }
    }
  }
  let right = 0;
  for (let n = 0; n < test.count; n++) {
    load(test, n, x);
    score(weights, x, scores);
    if (scores.indexOf(Math.max(...scores)) === test.labels[n]) right++;
  }
  return right / test.count;
}

/** Pixels scaled to about [-1, 1], and 1 for the bias. */
function load(set: ImageSet, n: number, x: Float64Array): void {
  const inputs = x.length - 1;
  for (let i = 0; i < inputs; i++) x[i] = set.images[n * inputs + i]! / 127.5 - 1;
  x[inputs] = 1;
}

function score(weights: Float64Array, x: Float64Array, scores: Float64Array): void {
  for (let k = 0; k < scores.length; k++) {
    const row = k * x.length;
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += weights[row + i]! * x[i]!;
    scores[k] = sum;
  }
}
