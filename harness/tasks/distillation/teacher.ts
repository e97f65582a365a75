import { tf } from '../../engine/tensorflow.ts';
import { dense } from '../../methods/dense.ts';
import type { Model } from '../../nn/model.ts';
import { buildNetwork } from '../../nn/network.ts';
import { streamsOf } from '../../random.ts';
import { assemble, type Blueprint, type Operation } from '../../shape/blueprint.ts';
import type { SavedWeights } from '../../weight-file.ts';

/** What the names of a teacher's layers begin with: those of its student may be the same otherwise. */
const prefix = 'teacher.';

/**
 * The dense network of a teacher with the weights that its cell came to.
 *
 * @throws Error where the weights are not those of the network, naming the variable
 */
export function teacherNetwork(blueprint: Blueprint, weights: SavedWeights): Model {
  // What it is drawn with is replaced at once.
  const compression = { method: dense, scale: 1, init: 'default' } as const;
  const teacher = buildNetwork(renamed(blueprint), compression, streamsOf('teacher', 0));
  for (const variable of teacher.variables) {
    const name = variable.name.slice(prefix.length);
    const saved = weights.get(name);
    if (saved === undefined) throw new Error(`teacher: its weights lack ${name}`);
    variable.assign(tf.tensor(saved.values, [...saved.shape]));
  }
  if (weights.size > teacher.variables.length) {
    throw new Error(`teacher: it has ${teacher.variables.length} variables, its weights hold ${weights.size}`);
  }
  return teacher;
}

/** The network with the prefix before the names of its layers. */
function renamed({ name, operations }: Blueprint): Blueprint {
  const rename = (operation: Operation): Operation => {
    switch (operation.kind) {
      case 'conv':
      case 'linear':
      case 'batch-norm':
        return { ...operation, name: `${prefix}${operation.name}` };
      case 'residual':
        return { ...operation, branch: operation.branch.map(rename), shortcut: operation.shortcut.map(rename) };
      default:
        return operation;
    }
  };
  return assemble(name, operations.map(rename));
}
