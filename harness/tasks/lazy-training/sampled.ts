import type { Uniform } from '../../random.ts';
import type { NdArray } from '../../tensor/nd-array.ts';
import { drawExamples } from './draws.ts';
import type { Regime } from './regime.ts';
import type { Target } from './target.ts';

/** A fitted network. */
export interface Fitted {
  theta: NdArray;
  offset: number;
}

/** A risk as fresh examples estimate it. */
export interface SampledRisk {
  risk: number;
  standardError: number;
}

/** Examples of which outputs are computed at once. */
const blockSize = 500;

/**
 * Mean and standard error of (y − f(x))² over fresh examples, over the risk of the best constant: what knows nothing of
 * the formula of the risk.
 */
export function sampledRisk(
  { theta, offset }: Fitted,
  regime: Regime,
  target: Target,
  count: number,
  uniform: Uniform,
): SampledRisk {
  const d = target.diagonal.length;
  let [sum, squares] = [0, 0];
  for (let done = 0; done < count; done += blockSize) {
    const { x, y } = drawExamples(target, Math.min(blockSize, count - done), uniform);
    regime.outputs(theta, { shape: [y.length, d], data: Float64Array.from(x) }).forEach((output, i) => {
      const miss = y[i]! - output - offset;
      const loss = (miss * miss) / target.constantRisk;
      sum += loss;
      squares += loss * loss;
    });
  }
  const risk = sum / count;
  const variance = Math.max(0, squares - count * risk * risk) / (count - 1);
  return { risk, standardError: Math.sqrt(variance / count) };
}
