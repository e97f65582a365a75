import { type Blueprint, totalMacs, totalOutputs } from '../shape/blueprint.ts';
import type { Cost } from '../spec/cost.ts';

/** What trainings have in common that their costs are estimated by. */

/** Seconds of a training of images or text beside its steps: its process, the data, tests, and what is measured. */
export const startSeconds = 4;

/** The same of a small computation whose data are drawn. */
export const plainStartSeconds = 1.7;

/** What a network's values cost beside its products. */
export interface ValueCosts {
  /** Times that a training step reads or writes each: normalization, activation, softmax, and their gradients. */
  passes: number;
  /**
   * What stays allocated of a step, over a batch's values: gradients, workspaces, and what the allocator keeps.
   */
  copies: number;
}

/**
 * Of convolutions with batch normalization. `passes` goes with the rates of the reference machine; `copies`, with
 * `workerBytes` and `copiesOfData`, was fitted to the largest resident sets of 308 cells of images in the stored
 * baselines: 3 % median error, at most 15 % too low.
 */
export const ofConvolutions: ValueCosts = { passes: 40, copies: 36 };

/**
 * Of Transformers: `passes` by 500 sentence pairs a second on an idle core (dense, `translation`, nightly), `copies` by
 * the largest resident sets of its 63 cells: 9 % median error, none too low.
 */
export const ofTransformers: ValueCosts = { passes: 16, copies: 16 };

/** Of encoders alone: `passes` by 1,500 updates of 16 sequences of 64 tokens in 34 s (dense, `pretraining`, nightly). */
export const ofEncoders: ValueCosts = { ...ofTransformers, passes: 8 };

/** Operations that a training step begins for each layer of a network of images: forwards, backwards, and the update. */
const operationsPerLayer = 20;

/** Operations that a training step begins for each part of a Transformer: counted in traced steps, 65 to 75. */
export const operationsPerPart = 70;

/** Bytes of a worker that holds neither data nor a network: Node, and TensorFlow once it has computed. */
export const workerBytes = 460e6;

/** Bytes of examples in memory over those of their files: as read, and as numbers. */
const copiesOfData = 4.3;

/** Weights, gradients, momentum, kept and saved ones, each with a copy while it is made. */
const copiesOfWeights = 10;

/** Steps of a training, and the passes beside it. */
export interface Steps {
  /** Examples that are trained on, each as often as it comes. */
  trained: number;
  /** Forward passes beside: tests, validation, a teacher's. */
  evaluated: number;
  batchSize: number;
  /** Of one example's forward pass: multiply-accumulates, and values that layers put out. */
  macs: number;
  values: number;
  /** Operations that a training step begins. */
  operations: number;
  passes: ValueCosts['passes'];
}

type EngineCost = Pick<Cost, 'flops' | 'bytes' | 'operations'>;

/** A training step is worth three forward passes: the gradients of inputs and of weights take one each. */
export function costOfSteps({ trained, evaluated, batchSize, macs, values, operations, passes }: Steps): EngineCost {
  const forward = 3 * trained + evaluated;
  return {
    flops: 2 * macs * forward,
    bytes: (4 * passes * values * forward) / 3,
    operations: (operations * forward) / (3 * batchSize),
  };
}

/** The same of a network of images; `macs` where a method has others than the dense network. */
export function costOfImageSteps(
  blueprint: Blueprint,
  { macs = totalMacs(blueprint), ...steps }: Pick<Steps, 'trained' | 'evaluated' | 'batchSize'> & { macs?: number },
): EngineCost {
  return costOfSteps({
    ...steps,
    macs,
    values: totalOutputs(blueprint),
    operations: operationsPerLayer * blueprint.layers.length,
    passes: ofConvolutions.passes,
  });
}

/** The cost of parts that are computed one after another. */
export function summed(parts: readonly EngineCost[]): EngineCost {
  const sumOf = (name: keyof EngineCost) => parts.reduce((sum, part) => sum + part[name], 0);
  return { flops: sumOf('flops'), bytes: sumOf('bytes'), operations: sumOf('operations') };
}

/** What a training holds at once. */
interface Memory {
  /** That layers put out for one example. */
  values: number;
  batchSize: number;
  /** Of the dense network: methods begin with it, or decompose it. */
  parameters: number;
  /** Of the examples in their files. */
  dataBytes: number;
  copies: ValueCosts['copies'];
}

/** The largest resident set of a training's process. */
export function trainingBytes({ values, batchSize, parameters, dataBytes, copies }: Memory): number {
  return workerBytes + 4 * (copies * values * batchSize + copiesOfWeights * parameters) + copiesOfData * dataBytes;
}

/** The largest resident set of a worker without a training of note. */
export const plainWorkerBytes = 1.1 * workerBytes;
