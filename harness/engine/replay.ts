import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFileError } from '../file-errors.ts';
import { type GraphNode, savedModelOf } from './graph.ts';
import { type Input, recordOperations } from './recorder.ts';
import { nodeBackend, type Tensor, tf } from './tensorflow.ts';
import { assigningOnly, type Variable } from './variable.ts';

/** A computation that depends on its feeds and variables alone, and changes nothing but variables. */
export type Step<F extends Record<string, Tensor>, R extends Record<string, Tensor>> = (feeds: F) => R;

/** A step that runs as a recorded graph. */
export interface Replay<F extends Record<string, Tensor>, R extends Record<string, Tensor>> {
  run: Step<F, R>;
  /** Frees the graphs. Variables stay. */
  dispose(): void;
}

/**
 * Makes a step run as TensorFlow graphs, one for each combination of feed shapes. The first call of a combination runs
 * the step once, operation by operation, to record it; what that changed is undone, and every result comes from a
 * graph. Graphs are functional: variables go in as inputs, and their new values come out and are assigned.
 *
 * What a step computes in JavaScript is frozen as it was recorded: numbers that change from call to call are feeds. A
 * graph may compute constant factors, divisions by constants and fused operations in another way than one by one does,
 * so that the last bits can differ; the training steps of this project avoid such forms, which their tests show.
 *
 * A combination costs memory (about 12 MB for a small Transformer) and the time of some steps, so feeds should come in
 * few shapes.
 *
 * @throws Error where the step cannot be recorded: where it reads values while it runs, reads tensors that are neither
 *   feeds nor variables, assigns other variables, draws random numbers, or replays another step
 * @throws UsageError where the folder for temporary files cannot be used
 */
export function replaying<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  step: Step<F, R>,
  variables: readonly Variable[],
): Replay<F, R> {
  const graphs = new Map<string, Graph<F, R>>();
  let disposed = false;
  return {
    run(feeds) {
      if (disposed) throw new Error('replaying: the step is disposed; make another one');
      for (const [name, tensor] of Object.entries(feeds)) {
        if (tensor === undefined)
          throw new Error(`replaying: feed '${name}' is undefined; leave it out or give a tensor`);
        checkTensor('feed', name, tensor);
      }
      const key = JSON.stringify(Object.entries(feeds).map(([name, { shape, dtype }]) => [name, dtype, shape]));
      const graph = graphs.get(key) ?? recordGraph(step, feeds, variables);
      graphs.set(key, graph);
      return graph.run(feeds);
    },
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      graphs.clear();
      disposed = true;
    },
  };
}

interface Graph<F, R> {
  run(feeds: F): R;
  dispose(): void;
}

/** A recorded step: the graph's nodes, and where in it things come out. */
interface Recorded {
  nodes: GraphNode[];
  inputNames: string[];
  resultNames: string[];
  /** Variables that the step assigns. */
  changed: Variable[];
  /** `node:output` of the results, then of the changed variables' new values. */
  outputs: string[];
}

function recordGraph<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  step: Step<F, R>,
  feeds: F,
  variables: readonly Variable[],
): Graph<F, R> {
  const values = variables.map((variable) => variable.value);
  // Copies share the data, which assigning would dispose.
  const copies = values.map((value) => tf.keep(tf.clone(value)));
  let recorded: Recorded;
  try {
    recorded = tf.tidy(() => record(step, feeds, variables) as never) as Recorded;
  } finally {
    variables.forEach((variable, i) => {
      if (variable.value === values[i]) copies[i]!.dispose();
      else variable.assign(copies[i]!);
    });
  }
  const { nodes, inputNames, resultNames, changed, outputs } = recorded;
  const feedNames = Object.keys(feeds);
  const backend = nodeBackend();
  const model = load(savedModelOf(nodes));
  const inputList = inputNames.map((name) => `${name}:0`).join();
  const outputList = outputs.join();
  return {
    run(given) {
      const inputs = [...feedNames.map((name) => given[name]!), ...variables.map((variable) => variable.value)];
      const made = backend.binding
        .runSavedModel(model, backend.getInputTensorIds(inputs), inputList, outputList)
        .map((metadata) => backend.createOutputTensor(metadata));
      changed.forEach((variable, i) => {
        variable.assign(made[resultNames.length + i]!);
      });
      return Object.fromEntries(resultNames.map((name, i) => [name, made[i]!])) as R;
    },
    dispose: () => backend.binding.deleteSavedModel(model),
  };
}

/** Runs the step once, noting its operations. The variables are left changed. */
function record<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  step: Step<F, R>,
  feeds: F,
  variables: readonly Variable[],
): Recorded {
  const idOf = (tensor: Tensor) => nodeBackend().getInputTensorIds([tensor])[0]!;
  const tensors = [...Object.values(feeds), ...variables.map((variable) => variable.value)];
  const inputNames = [...Object.keys(feeds).map((_, i) => `feed_${i}`), ...variables.map((_, i) => `variable_${i}`)];
  const inputs = new Map<number, Input>(
    tensors.map((tensor, i) => [idOf(tensor), { name: inputNames[i]!, type: typeOf(tensor), shape: tensor.shape }]),
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
    if (!inputNames.includes(output.split(':')[0]!)) return output;
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
  return { nodes, inputNames, resultNames: Object.keys(result), changed, outputs };
}

function checkResults(results: unknown): void {
  const remedy = 'return an object of tensors';
  if (typeof results !== 'object' || results === null || results instanceof tf.Tensor) {
    throw new Error(`recording: the step returns no object; ${remedy}`);
  }
  if ('then' in results) throw new Error(`recording: the step is asynchronous, which a graph cannot be; ${remedy}`);
  for (const [name, result] of Object.entries(results)) checkTensor('result', name, result);
}

function checkTensor(kind: 'feed' | 'result', name: string, tensor: unknown): void {
  if (!(tensor instanceof tf.Tensor)) throw new Error(`replaying: ${kind} '${name}' is no tensor`);
  if (tensor.isDisposed) throw new Error(`replaying: ${kind} '${name}' is disposed`);
}

function typeOf(tensor: Tensor): number {
  const { binding } = nodeBackend();
  if (tensor.dtype === 'float32') return binding.TF_FLOAT;
  if (tensor.dtype === 'int32') return binding.TF_INT32;
  throw new Error(`recording: feeds and variables are float32 or int32, got ${tensor.dtype}`);
}

/** Loads a saved model by way of a temporary folder, because the binding reads files only. */
function load(model: Uint8Array): number {
  const folder = temporaryFolder();
  try {
    const file = join(folder, 'saved_model.pb');
    usingTemporaryFiles(() => writeFileSync(file, model));
    return nodeBackend().binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function temporaryFolder(): string {
  return usingTemporaryFiles(() => mkdtempSync(join(tmpdir(), 'factorbench-graph-')));
}

function usingTemporaryFiles<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const remedy = 'set TMPDIR to another folder';
    throw explainFileError(error, { done: 'used', of: 'temporary files', path: tmpdir(), remedy });
  }
}
