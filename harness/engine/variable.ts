import { type Tensor, tf } from './tensorflow.ts';

/**
 * What a variable is to the optimizer and the regularizers. `factor`: part of a factorized layer, or a projection of
 * attention; `weight`: a dense layer's weight, a bias or a normalization's scale and offset; `statistic`: a running
 * statistic or optimizer slot, changed by assignment only.
 */
export type Role = 'weight' | 'factor' | 'statistic';

let assignable: ReadonlySet<Variable> | null = null;

/**
 * Runs a function that may assign the given variables and no others.
 *
 * @throws Error where it assigns another one, naming it
 */
export function assigningOnly<T>(variables: Iterable<Variable>, run: () => T): T {
  const outer = assignable;
  assignable = new Set(variables);
  try {
    return run();
  } finally {
    assignable = outer;
  }
}

/** A named tensor that outlives steps. Its value is replaced, never changed in place. */
export class Variable {
  readonly name: string;
  readonly role: Role;
  #value: Tensor;

  /** Takes the tensor over: it is kept, and disposed with the variable. */
  constructor(name: string, role: Role, value: Tensor) {
    this.name = name;
    this.role = role;
    this.#value = tf.keep(value);
  }

  get value(): Tensor {
    return this.#value;
  }

  get size(): number {
    return this.#value.size;
  }

  /**
   * Replaces the value and disposes the old one.
   *
   * @throws Error where shape or type differ, or a step that is being recorded does not list the variable.
   */
  assign(value: Tensor): void {
    if (value.shape.join() !== this.#value.shape.join()) {
      throw new Error(`Variable ${this.name}: expected shape [${this.#value.shape}], got [${value.shape}]`);
    }
    if (value.dtype !== this.#value.dtype) {
      throw new Error(`Variable ${this.name}: expected type ${this.#value.dtype}, got ${value.dtype}`);
    }
    if (value === this.#value) return;
    if (assignable !== null && !assignable.has(this)) {
      throw new Error(
        `Variable ${this.name}: assigned by a step that does not list it; add it to the step's variables`,
      );
    }
    this.#value.dispose();
    this.#value = tf.keep(value);
  }

  dispose(): void {
    this.#value.dispose();
  }
}

/** A variable holding the given numbers. */
export function variableOf(name: string, role: Role, values: Float32Array, shape: number[]): Variable {
  return new Variable(name, role, tf.tensor(values, shape));
}

/** A variable filled with one number. */
export function filledVariable(name: string, role: Role, shape: number[], value: number): Variable {
  return new Variable(name, role, tf.fill(shape, value));
}
