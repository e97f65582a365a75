import { idOf } from '../../harness/cell-id.ts';
import { cellNameOf } from '../../harness/cell-name.ts';
import type { FinishedRecord } from '../../harness/record.ts';
import {
  type Collapse,
  type DistillationConfig,
  type DistillationDetails,
  distillation as words,
} from '../../harness/spec/distillation.ts';
import { finishedRecord, fixtureConfig, fixtureRecord, type RecordOverrides } from './records.ts';

/** Records of distillation as a small run writes them. */

type Arm = Partial<Omit<DistillationConfig, 'training' | 'task'>> & { epochs?: number };

/** A dense network of 269,722 parameters; overcomplete ones have six times as many, and compute 1.1 times as much. */
const denseParameters = 269_722;

/** What collapsing an overcomplete network came to. */
export function fixtureCollapse(accuracy: number, change: Partial<Collapse> = {}): Collapse {
  const inference = {
    parameters: denseParameters,
    macs: 40_551_040,
    examples_per_second: 1500,
    tensor_peak_bytes: 2 ** 21,
  };
  return {
    examples: 500,
    accuracy: { before: accuracy, after: accuracy },
    largest_relative_difference: 2e-6,
    differing_predictions: 0,
    before: { ...inference, parameters: 6 * denseParameters, examples_per_second: 1200, graph: 'a1' },
    after: { ...inference, graph: 'e0' },
    ...change,
  };
}

/** The records of an arm, a value a seed. */
export function distillationRecords(
  values: readonly number[],
  { epochs, ...arm }: Arm = {},
  overrides: RecordOverrides & { collapse?: Partial<Collapse> } = {},
): FinishedRecord[] {
  const { collapse, ...fields } = overrides;
  return values.map((value, seed) => {
    const image = fixtureConfig({ budget: 1, ...(arm as object), seed });
    const training = { ...image.training, epochs: epochs ?? image.training.epochs };
    const config: DistillationConfig = { ...image, ...arm, seed, training, task: 'distillation' };
    const names = ['method', 'budget', 'init', 'regularizer'];
    if (epochs !== undefined) names.push('epochs');
    if (config.teacher !== undefined) names.push('temperature', 'soft_weight');
    const factors = names.map((name) => ({ name, value: words.factors[name]!.of(config)! }));
    const identity = { kind: 'distillation', model: words.model(config), dataset: words.dataset(config), factors };
    const isControl = ['dense', 'wider', 'wider-deep'].includes(config.method);
    const details: DistillationDetails = isControl
      ? null
      : { collapse: fixtureCollapse(value, collapse), teacher: null };
    const after = { metric: 'collapsed_accuracy', value, best: null };
    const ratio = config.method === 'dense' ? 1 : 6;
    const macs = 40_551_040 * (isControl ? 1 : 1.1) * (config.method.startsWith('wider') ? 6 : 1);
    return finishedRecord({
      ...fixtureRecord(),
      ...identity,
      id: idOf(config),
      cell: cellNameOf(identity, seed),
      suite: 'distillation',
      seed,
      config,
      needs: (words.needs?.(config) ?? []).map(({ role, config: needed }) => ({ role, id: idOf(needed), cell: role })),
      needed_digests: config.teacher === undefined ? [] : ['0'],
      ratio,
      parameters: ratio * denseParameters,
      nonzero_parameters: ratio * denseParameters,
      training_macs: 3 * macs * 2000 * training.epochs,
      measures: [{ metric: 'accuracy', value, best: null }, ...(isControl ? [] : [after])],
      details,
      ...fields,
    });
  });
}
