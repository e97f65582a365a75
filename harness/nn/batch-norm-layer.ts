import { batchNormInference, batchNormMap, batchNormTraining } from '../engine/ops/batch-norm.ts';
import { filledVariable } from '../engine/variable.ts';
import type { BatchNormShape } from '../shape/blueprint.ts';
import type { ChannelMapLayer } from './layer.ts';

/** Batch normalization with scale 1, offset 0, running mean 0 and running variance 1 at the start. */
export function batchNormLayer({ name, channels }: BatchNormShape): ChannelMapLayer {
  const scale = filledVariable(`${name}.scale`, 'weight', [channels], 1);
  const offset = filledVariable(`${name}.offset`, 'weight', [channels], 0);
  const runningMean = filledVariable(`${name}.mean`, 'statistic', [channels], 0);
  const runningVariance = filledVariable(`${name}.variance`, 'statistic', [channels], 1);
  const state = () => ({
    scale: scale.value,
    offset: offset.value,
    runningMean: runningMean.value,
    runningVariance: runningVariance.value,
  });
  return {
    variables: [scale, offset, runningMean, runningVariance],
    apply(x, pass) {
      if (!pass.training) return batchNormInference(x, state());
      const result = batchNormTraining(x, state());
      pass.updates.push([runningMean, result.runningMean], [runningVariance, result.runningVariance]);
      return result.y;
    },
    channelMap: () => batchNormMap(state()),
  };
}
