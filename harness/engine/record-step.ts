import type { GraphNode } from './graph.ts';
import { type Input, recordOperations } from './recorder.ts';
import { nodeBackend, type Tensor, tf } from './tensorflow.ts';
import { assigningOnly, type Variable } from './variable.ts';

/** A computation that depends on its feeds and variables alone, and changes nothing but variables. */
export type Step<F extends Record<string, Tensor>, R extends Record<string, Tensor>> = (feeds: F) => R;

/** A recorded step: the graph's nodes, and where in it things go in and come out. */
export interface RecordedStep {
  nodes: GraphNode[];
  /** Of each `node:output`. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** The feeds, and then the variables: the nodes that they are, and their names. */
  inputs: { node: string; kind: 'feed' | 'variable'; name: string }[];
  resultNames: string[];
  /** Variables that the step assigns. */
  changed: Variable[];
  /** `node:output` of the results, then of the changed variables' new values. */
  outputs: string[];
}

/**
 * Records a step for feeds of these shapes: runs it once, operation by operation, and undoes what that changed.
 *
 * @throws Error as `replaying`
 */
export function recordStep<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  step: Step<F, R>,
  feeds: F,
  variables: readonly Variable[],
): RecordedStep {
  const restore = keepValues(variables);
  try {
    return tf.tidy(() => record(step, feeds, variables) as never) as RecordedStep;
  } finally {
    restore();
  }
}

/** Keeps what the variables hold. Returns what gives it back to them, to be called once. */
export function keepValues(variables: readonly Variable[]): () => void {
  const values = variables.map((variable) => variable.value);
  // Copies share the data, which assigning would dispose.
  const copies = values.map((value) => tf.keep(tf.clone(value)));
  return () => {
    variables.forEach((variable, i) => {
      if (variable.value === values[i]) copies[i]!.dispose();
      else variable.assign(copies[i]!);
    });
  };
}

/** Runs the step once, noting its operations. The variables are left changed. */
function record<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  step: Step<F, R>,
  feeds: F,
  variables: readonly Variable[],
): RecordedStep {
  const idOf = (tensor: Tensor) => nodeBackend().getInputTensorIds([tensor])[0]!;
  const tensors = [...Object.values(feeds), ...variables.map((variable) => variable.value)];
  const named = [
    ...Object.keys(feeds).map((name, i) => ({ node: `feed_${i}`, kind: 'feed' as const, name })),
    ...variables.map(({ name }, i) => ({ node: `variable_${i}`, kind: 'variable' as const, name })),
  ];
  const isInput = new Set(named.map(({ node }) => node));
  const inputs = new Map<number, Input>(
    tensors.map((tensor, i) => [idOf(tensor), { name: named[i]!.node, type: typeOf(tensor), shape: tensor.shape }]),
  );
  if (inputs.size < tensors.length) {
    throw new Error('recording: two feeds or variables share one tensor; give each its own');
  }
  const values = variables.map((variable) => variable.value);
  const assigned = () => variables.filter((variable, i) => variable.value !== values[i]);
  const { result, recording } = recordOperations(inputs, () =>
    assigningOnly(variables, () => {
      const results = step(feeds);
      checkResults(results);
      // Uploads the values that no operation has used, as part of the recording.
      nodeBackend().getInputTensorIds([...Object.values(results), ...assigned().map(({ value }) => value)]);
      return results;
    }),
  );
  const nodes = [...recording.nodes];
  const outputOf = (tensor: Tensor, what: string) => {
    const output = recording.outputs.get(idOf(tensor));
    if (output === undefined) throw new Error(`recording: ${what} is not made by the step's operations`);
    if (!isInput.has(output.split(':')[0]!)) return output;
    // A graph cannot give back an input itself.
    const name = `same_${nodes.length}`;
    nodes.push({ name, op: 'Identity', inputs: [output], attributes: { T: { kind: 'type', value: typeOf(tensor) } } });
    return `${name}:0`;
  };
  const changed = assigned();
  if (Object.keys(result).length + changed.length === 0) {
    throw new Error('recording: the step has no result and assigns no variable; return what it computes');
  }
  const outputs = [
    ...Object.entries(result).map(([name, tensor]) => outputOf(tensor, `result '${name}'`)),
    ...changed.map((variable) => outputOf(variable.value, `the new value of ${variable.name}`)),
  ];
  const { shapes } = recording;
  return { nodes, shapes, inputs: named, resultNames: Object.keys(result), changed, outputs };
}

function checkResults(results: unknown): void {
  const remedy = 'return an object of tensors';
  if (typeof results !== 'object' || results === null || results instanceof tf.Tensor) {
    throw new Error(`recording: the step returns no object; ${remedy}`);
  }
  if ('then' in results) throw new Error(`recording: the step is asynchronous, which a graph cannot be; ${remedy}`);
  for (const [name, result] of Object.entries(results)) checkTensor('result', name, result);
}

/** @throws Error where something is no tensor, or a disposed one */
export function checkTensor(kind: 'feed' | 'result', name: string, tensor: unknown): void {
  if (!(tensor instanceof tf.Tensor)) throw new Error(`replaying: ${kind} '${name}' is no tensor`);
  if (tensor.isDisposed) throw new Error(`replaying: ${kind} '${name}' is disposed`);
}

function typeOf(tensor: Tensor): number {
  const { binding } = nodeBackend();
  if (tensor.dtype === 'float32') return binding.TF_FLOAT;
  if (tensor.dtype === 'int32') return binding.TF_INT32;
  throw new Error(`recording: feeds and variables are float32 or int32, got ${tensor.dtype}`);
}
