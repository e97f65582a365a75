import type { RecurrentCellName } from '../spec/twin-regularization.ts';
import type { MatrixShape } from './matrix-shape.ts';
import type { MatrixCounts, NamedCounts, Sized } from './sized.ts';
import { denseCounts, matricesOf } from './sized-transformer.ts';

/** Recurrent networks that tell a class for each frame, as plain data. */

/** A layer in one direction: states of `width` numbers, made of `inFeatures` numbers a frame. */
export interface RecurrentShape {
  name: string;
  cell: RecurrentCellName;
  inFeatures: number;
  width: number;
}

/** The sizes that decide a recognizer's layers. */
export interface RecognizerSizes {
  cell: RecurrentCellName;
  layers: number;
  /** Of the state of each layer and direction. */
  width: number;
  /** Of what is read of each frame. */
  inFeatures: number;
  classes: number;
  /** Whether each layer has a network that reads backwards beside the one that reads forwards. */
  bidirectional: boolean;
}

/** A recognizer by its parts. */
export interface RecognizerBlueprint {
  name: string;
  sizes: RecognizerSizes;
  /** The lowest first. */
  forward: readonly RecurrentShape[];
  /** As many; null: it reads in one direction. */
  backward: readonly RecurrentShape[] | null;
  /** A dense matrix with a bias, from the states of the last layer. */
  output: { inFeatures: number; classes: number };
}

export function recognizerBlueprint(name: string, sizes: RecognizerSizes): RecognizerBlueprint {
  const { cell, layers, width, inFeatures, classes, bidirectional } = sizes;
  const states = bidirectional ? 2 * width : width;
  const stack = (direction: string) =>
    Array.from({ length: layers }, (_, index): RecurrentShape => {
      return { name: `${direction}.${index}`, cell, inFeatures: index === 0 ? inFeatures : states, width };
    });
  return {
    name,
    sizes,
    forward: stack('forward'),
    backward: bidirectional ? stack('backward') : null,
    output: { inFeatures: states, classes },
  };
}

/** Vectors of `width` numbers that a cell computes of each frame: ĥ and its gates. */
export function partsOf(cell: RecurrentCellName): number {
  return cell === 'gru' ? 3 : 2;
}

/**
 * The weight matrices of a layer, which methods may factorize: one for all that is computed of the frame, `input`; one for
 * all that is computed of the last state, `recurrent`; and, where gates come between, one for ĥ, `candidate`.
 */
export function matrixShapes({ name, cell, inFeatures, width }: RecurrentShape): Record<string, MatrixShape> {
  const matrix = (part: string, rows: number, columns: number): MatrixShape => {
    return { kind: 'matrix', name: `${name}.${part}`, inFeatures: rows, outFeatures: columns, use: 'linear' };
  };
  return {
    input: matrix('input', inFeatures, partsOf(cell) * width),
    recurrent: matrix('recurrent', width, 2 * width),
    ...(cell === 'gru' ? { candidate: matrix('candidate', width, width) } : {}),
  };
}

/** Biases, or scales and offsets of normalization: what no method replaces. */
function vectorSizes({ cell, width }: RecurrentShape): number {
  return partsOf(cell) * width * (cell === 'light-gru' ? 2 : 1);
}

/** A recognizer by its sizes, its operations those of one frame: each matrix is multiplied with one row. */
export function sizedRecognizer(blueprint: RecognizerBlueprint): Sized {
  const { name, sizes, forward, backward, output } = blueprint;
  const layers = [...forward, ...(backward ?? [])];
  const matrices = layers.flatMap((shape) => Object.values(matrixShapes(shape)));
  const told = output.inFeatures * output.classes;
  const vectors = layers.reduce((sum, shape) => sum + vectorSizes(shape), output.classes);
  const summed = (count: (shape: MatrixShape) => number) => matrices.reduce((sum, shape) => sum + count(shape), told);
  const parametersOf = (counts: MatrixCounts, scale: number) =>
    vectors + summed((shape) => counts.parameters(shape, scale));
  const macsOf = (counts: MatrixCounts, scale: number) => summed((shape) => counts.macs(shape, scale));
  const weight = (of: string, rows: number, columns: number) => {
    return { name: `${of}.weight`, shape: [rows, columns], size: rows * columns, uses: 1 };
  };
  const values = matrices.reduce((sum, { outFeatures }) => sum + outFeatures, output.classes);
  return {
    name,
    dense: { parameters: parametersOf(denseCounts, 1), macs: macsOf(denseCounts, 1), values },
    weights: [
      ...matrices.map((shape) => weight(shape.name, shape.inFeatures, shape.outFeatures)),
      weight('output', output.inFeatures, output.classes),
    ],
    parameters: (method: NamedCounts, scale) => parametersOf(matricesOf(method), scale),
    operations: (method: NamedCounts, scale) => ({ macs: macsOf(matricesOf(method), scale), compositionMacs: 0 }),
    narrowed(scale) {
      const width = Math.max(1, Math.round(scale * sizes.width));
      return sizedRecognizer(recognizerBlueprint(name, { ...sizes, width }));
    },
  };
}
