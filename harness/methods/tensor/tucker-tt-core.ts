import { foldedDims } from '../../tensor/fold.ts';
import { sizeOf } from '../../tensor/nd-array.ts';
import {
  composeTuckerTrain,
  tuckerTrain,
  tuckerTrainCompositionMacs,
  tuckerTrainDecay,
  tuckerTrainShapes,
} from '../../tensor/tucker-train.ts';
import { foldedPointwise } from './folded-pointwise.ts';
import { tuckerRanks } from './tucker-ranks.ts';

/**
 * Tucker as the paper's released code has it: the same tensors and ranks as `tucker`, with the core kept as a tensor
 * train, which takes more parameters than the core.
 */
export const tuckerTtCore = foldedPointwise({
  name: 'tucker-tt-core',
  source: 'Khodak et al. 2021, released code',
  definition:
    'Depthwise, then a pointwise matrix that is folded into three dims and is a Tucker product whose core is a tensor train.',
  cores: ['core1', 'core2', 'core3', 'factor1', 'factor2', 'factor3'],
  plan(rows, columns, scale) {
    const dims = foldedDims(rows, columns);
    const { ranks, warning } = tuckerRanks(dims, scale);
    const shapes = tuckerTrainShapes(dims, ranks);
    const inner = shapes[1]![0]! * shapes[1]![2]!;
    return { dims, ranks, shapes, macs: tuckerTrainCompositionMacs(shapes), paths: sizeOf(ranks) * inner, warning };
  },
  decompose: (tensor, { ranks }) => ({ cores: tuckerTrain(tensor, ranks) }),
  compose: composeTuckerTrain,
  decay: tuckerTrainDecay,
});
