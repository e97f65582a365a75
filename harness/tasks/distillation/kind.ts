import { splitOf } from '../../data/images/split.ts';
import { datasetNamed } from '../../data/registry.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import type { Cost } from '../../spec/cost.ts';
import { type DistillationConfig, imageConfigOf, distillation as words } from '../../spec/distillation.ts';
import { denseReference } from '../dense-reference.ts';
import { costOfImageSteps, summed } from '../estimate.ts';
import { imageTraining } from '../image/kind.ts';
import { blueprintOf, outlineImageCell } from '../image/outline.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';
import { isCollapsed } from './collapsed.ts';

/** Distillation: image classification by networks that are trained with more than they keep, or by a teacher. */
export const distillation: Kind<DistillationConfig> = {
  ...imageTraining,
  task: words.task,
  outline(config, method) {
    const used = methodFor(config, method);
    const own = outlineImageCell(imageConfigOf(config), used);
    const scalarSeconds = own.cost.scalarSeconds + (isCollapsed(used) ? collapsingSeconds : 0);
    return { ...own, cost: { ...own.cost, ...summed([own.cost, teachingCost(config)]), scalarSeconds } };
  },
  // A sparse method scores weights by the labels' loss, and a warm-up trains another network first.
  accepts: ({ kind }) => kind === 'layer' || kind === 'narrow',
  refusal: (config, method) => idleRefusal(methodFor(config, method), config),
  // Epochs tell its controls apart.
  tiny: { ...imageTraining.tiny, set: {} },
  reference({ teacher: _, ...config }) {
    return denseReference(config);
  },
  load: async () => (await import('./task.ts')).distillationTask,
};

/** Seconds to collapse a network of a dozen layers, and to hold it against what it was: measured. */
const collapsingSeconds = 1.5;

/** What a teacher's forward passes take; nothing without a teacher. */
function teachingCost({
  dataset,
  training,
  teacher,
}: DistillationConfig): Pick<Cost, 'flops' | 'bytes' | 'operations'> {
  if (teacher === undefined) return summed([]);
  const blueprint = blueprintOf(teacher.model, dataset);
  return costOfImageSteps(blueprint, {
    trained: 0,
    evaluated: training.epochs * splitOf(dataset, datasetNamed(dataset.name).examples).train,
    batchSize: training.batchSize,
  });
}
