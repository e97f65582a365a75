import { matMul } from '../../engine/algebra/mat-mul.ts';
import { conv2d, mappedConv2d } from '../../engine/ops/conv2d.ts';
import { tf as engine, type TensorFlow } from '../../engine/tensorflow.ts';
import { filledVariable, Variable, variableOf } from '../../engine/variable.ts';
import { denseConvWeight } from '../../init/conv-weight.ts';
import { heNormal } from '../../init/he-normal.ts';
import { filterMatrix } from '../../nn/conv-layer.ts';
import { gaussian, permutation, uniformIn } from '../../random.ts';
import { denseMacs, denseParameters } from '../../shape/blueprint.ts';
import { erkCounts } from '../../sparse/densities.ts';
import { fineTuning } from '../../sparse/fine-tuning.ts';
import { complement, filled, highest, magnitudes, ones, randomly, union } from '../../sparse/selection.ts';
import { frobeniusGradients, spectralFactors } from '../../tensor/low-rank.ts';
import { lowRank, uMatrixOf, vMatrixOf } from '../low-rank.ts';
import { roundHalfEven } from '../round.ts';

/**
 * The engine, which is loaded only where a cell is trained: a file may take `tf` apart when it is loaded, and use it in
 * what is called later.
 */
const tf = new Proxy({} as TensorFlow, {
  get(_, name) {
    if (engine === undefined) {
      throw new Error(
        `tf.${String(name)} is used before the engine runs; use tf in build, apply, start and hooks only`,
      );
    }
    return Reflect.get(engine, name);
  },
});

/** What a method's file is given to work with. Each part is described where it is defined. */
export const toolbox = {
  tf,
  conv2d,
  mappedConv2d,
  matMul,
  // Variables.
  Variable,
  variableOf,
  filledVariable,
  // Draws from a stream.
  heNormal,
  gaussian,
  uniformIn,
  permutation,
  denseConvWeight,
  // Factors.
  lowRank,
  uMatrixOf,
  vMatrixOf,
  spectralFactors,
  frobeniusGradients,
  filterMatrix,
  // Counts.
  denseParameters,
  denseMacs,
  roundHalfEven,
  // Masks.
  highest,
  randomly,
  magnitudes,
  filled,
  ones,
  complement,
  union,
  erkCounts,
  fineTuning,
} as const;
