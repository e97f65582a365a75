import { needsFiles } from '../../spec/datasets.ts';
import type { ImageConfig, ModelSpec } from '../../spec/image.ts';
import type { Overrides } from '../../spec/words.ts';

/** Images of a batch, of which an epoch has two. */
const batchSize = 2;
/** Channels of a network's first stage, at most. */
const width = 8;
/** What any method can keep of so narrow a network; of a wide ResNet's, Tucker and others keep 0.17 at most. */
const budgetOf = ({ name }: ModelSpec) => (name === 'wide-resnet' ? 0.15 : 0.25);

type Reducible = Pick<ImageConfig, 'model' | 'dataset' | 'training' | 'budget' | 'budgetUnit'>;

/**
 * A cell of images whose training steps cost little: of two images each, in a narrow network of the same depth. Epochs
 * stay, so that learning rates and phases follow one another as published.
 */
export function reducedImages({ model, dataset, budget: kept, budgetUnit }: Reducible): Overrides {
  return {
    ...(needsFiles(dataset) ? { 'dataset.standIn': true } : {}),
    'dataset.trainExamples': 2 * batchSize,
    'dataset.testExamples': batchSize,
    ...((dataset.validationExamples ?? 0) > 0 ? { 'dataset.validationExamples': batchSize } : {}),
    'training.batchSize': batchSize,
    ...narrowed(model),
    init: 'default',
    ...(budgetUnit !== 'rank-scale' && kept < 1 ? { budget: budgetOf(model) } : {}),
  };
}

function narrowed(model: ModelSpec): Overrides {
  return model.name === 'wide-resnet' ? { 'model.widen': 1 } : { 'model.width': Math.min(model.width, width) };
}
