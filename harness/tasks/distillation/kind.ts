import { splitOf } from '../../data/images/split.ts';
import { datasetNamed } from '../../data/registry.ts';
import { idleRefusal } from '../../methods/refusal.ts';
import { totalMacs } from '../../shape/blueprint.ts';
import {
  type DistillationConfig,
  type DistillationExperimentSpec,
  imageConfigOf,
  distillation as words,
} from '../../spec/distillation.ts';
import { denseReference } from '../dense-reference.ts';
import { imageTraining } from '../image/kind.ts';
import { blueprintOf, outlineImageCell } from '../image/outline.ts';
import type { Kind } from '../kind.ts';
import { methodFor } from '../task.ts';

/** Distillation: image classification by networks that are trained with more than they keep, or by a teacher. */
export const distillation: Kind<DistillationConfig, DistillationExperimentSpec> = {
  ...imageTraining,
  task: words.task,
  outline(config, method, { denseExamplesPerSecond }) {
    const own = outlineImageCell(imageConfigOf(config), methodFor(config, method), denseExamplesPerSecond);
    return { ...own, estimatedSeconds: own.estimatedSeconds + teachingSeconds(config, denseExamplesPerSecond) };
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

/**
 * Seconds of a teacher's forward passes, each a third of a training step of its network; 0 without a teacher.
 *
 * @param speed examples a second of the student's dense training
 */
function teachingSeconds({ model, dataset, training, teacher }: DistillationConfig, speed: number): number {
  if (teacher === undefined) return 0;
  const macsOf = (one: DistillationConfig['model']) => totalMacs(blueprintOf(one, dataset));
  const examples = training.epochs * splitOf(dataset, datasetNamed(dataset.name).examples).train;
  return (examples * macsOf(teacher.model)) / (3 * macsOf(model) * speed);
}
