import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFileError } from '../file-errors.ts';
import { savedModelOf } from './graph.ts';
import { checkTensor, type RecordedStep, recordStep, type Step } from './record-step.ts';
import { nodeBackend, type Tensor } from './tensorflow.ts';
import type { Variable } from './variable.ts';

/** A step that runs as a recorded graph. */
export interface Replay<F extends Record<string, Tensor>, R extends Record<string, Tensor>> {
  run: Step<F, R>;
  /** What `run` runs for the feeds' shapes, as data, for it to use; the variables keep their values. */
  recorded(feeds: F): RecordedStep;
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
  // What was asked for before it was run; a graph that is loaded needs its nodes no longer.
  const recordings = new Map<string, RecordedStep>();
  let disposed = false;
  const keyOf = (feeds: F) => {
    if (disposed) throw new Error('replaying: the step is disposed; make another one');
    for (const [name, tensor] of Object.entries(feeds)) {
      if (tensor === undefined)
        throw new Error(`replaying: feed '${name}' is undefined; leave it out or give a tensor`);
      checkTensor('feed', name, tensor);
    }
    return JSON.stringify(Object.entries(feeds).map(([name, { shape, dtype }]) => [name, dtype, shape]));
  };
  const recordingOf = (key: string, feeds: F) => recordings.get(key) ?? recordStep(step, feeds, variables);
  return {
    run(feeds) {
      const key = keyOf(feeds);
      const graph = graphs.get(key) ?? graphOf<F, R>(recordingOf(key, feeds), Object.keys(feeds), variables);
      graphs.set(key, graph);
      recordings.delete(key);
      return graph.run(feeds);
    },
    recorded(feeds) {
      const key = keyOf(feeds);
      const recording = recordingOf(key, feeds);
      if (!graphs.has(key)) recordings.set(key, recording);
      return recording;
    },
    dispose() {
      for (const graph of graphs.values()) graph.dispose();
      graphs.clear();
      recordings.clear();
      disposed = true;
    },
  };
}

interface Graph<F, R> {
  run(feeds: F): R;
  dispose(): void;
}

function graphOf<F extends Record<string, Tensor>, R extends Record<string, Tensor>>(
  { nodes, inputs: inputNodes, resultNames, changed, outputs }: RecordedStep,
  feedNames: readonly string[],
  variables: readonly Variable[],
): Graph<F, R> {
  const backend = nodeBackend();
  const model = load(savedModelOf(nodes));
  const inputList = inputNodes.map(({ node }) => `${node}:0`).join();
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
