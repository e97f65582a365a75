import { keepValues } from '../../engine/record-step.ts';
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
  const teacher = drawnNetwork(renamed(blueprint));
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

/**
 * Runs something with a teacher that has drawn weights in place of its trained ones, which it has again afterwards. What
 * a student computes is told so: bits of a training depend on the processor.
 */
export async function withDrawnTeacher<T>(teacher: Model, run: () => Promise<T>): Promise<T> {
  const restore = keepValues(teacher.variables);
  const drawn = drawnNetwork(teacher.blueprint);
  drawn.variables.forEach((variable, index) => {
    teacher.variables[index]!.assign(tf.clone(variable.value));
    variable.dispose();
  });
  try {
    return await run();
  } finally {
    restore();
  }
}

function drawnNetwork(blueprint: Blueprint): Model {
  return buildNetwork(blueprint, { method: dense, scale: 1, init: 'default' }, streamsOf('teacher', 0));
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
