import { createHash, type Hash } from 'node:crypto';
import type { Drawn } from '../data/drawn.ts';
import { keepValues, type RecordedStep } from '../engine/record-step.ts';
import { tf } from '../engine/tensorflow.ts';
import type { Variable } from '../engine/variable.ts';
import { tensorPeakBytes } from '../measure/tensor-peak.ts';
import type { Definition, RecordedGraph } from '../spec/definition.ts';
import type { LoopHooks, LoopKind, StepEvent } from '../train/loop.ts';
import type { Feeds, Step } from '../train/step.ts';
import { digestsOf, firstSteps } from './first-steps.ts';
import { graphForm, operationsText } from './graph-digest.ts';
import { initialOf } from './plain-definition.ts';
import { bytesOf, type Trace, traceOf } from './trace.ts';

/** A step that is run without training, and all that it is run on. */
export interface Evaluated<B, F extends Feeds> {
  step: Pick<Step<F>, 'recorded'>;
  /** What it is run on, by a word or two: `test`. */
  on: Readonly<Record<string, () => Iterable<Drawn<B>>>>;
  feedsOf(batch: B): F;
}

/** A training, as its kind of task tells what is asked of the engine. */
export interface DefinedTraining<B, F extends Feeds, M extends { loss: number }, E = B> {
  loop: LoopKind<B, F, M>;
  /** Of the loop's phases. */
  labels: readonly string[];
  hooks: LoopHooks<B>;
  /** Everything that training changes. */
  state: readonly Variable[];
  evaluated: Evaluated<E, F>;
  /** Digest of the data. */
  data: string;
  facts?: Definition['facts'];
}

/**
 * What a training asks the engine to compute, by recording its steps, going through its draws without training, and
 * training its first steps. The variables keep their values.
 */
export async function trainingDefinition<B, F extends Feeds, M extends { loss: number }, E>(
  training: DefinedTraining<B, F, M, E>,
): Promise<Definition> {
  const { loop, labels, hooks, state, evaluated, data, facts = {} } = training;
  const graphs = graphList();
  const initial = initialOf(state);
  const [first] = loop.phases;
  const learner = first!.learner ?? loop;
  const begun = await keeping(state, () => firstSteps({ learner, phase: first!, feedsOf: loop.feedsOf, hooks }));
  return keeping(state, async () => {
    const trace = await tracedGraphs(training, graphs);
    const tests = evaluationGraphs(evaluated, graphs);
    return {
      data,
      graphs: graphs.list,
      phases: loop.phases.map(({ steps }, index) => ({ label: labels[index]!, steps })),
      drawn: trace.drawn,
      rates: trace.rates,
      ...begun,
      tests: tests.digests,
      initial,
      counts: {
        ...graphs.counts,
        'recorded graphs': graphs.list.length,
        'graph runs of an epoch': first!.stepsPerPoint,
        'graph runs of an evaluation': tests.runs,
        steps: trace.steps,
        examples: trace.examples,
        'bytes of state': 4 * state.reduce((sum, { size }) => sum + size, 0),
        'bytes that a training step adds': trace.stepBytes,
      },
      facts,
    };
  });
}

/** Runs something that changes variables, which have their values again when it ends. */
async function keeping<T>(variables: readonly Variable[], run: () => Promise<T>): Promise<T> {
  const restore = keepValues(variables);
  try {
    return await run();
  } finally {
    restore();
  }
}

/** Changes by hooks that are told: each may take as long as a step, and some change something at every step. */
const mostChanges = 100;

/**
 * What the hooks of the first phase change between its steps, with the weights as they begin: not which masks training
 * will have, but when they change, and by how much.
 */
async function hookChanges<B>({ beforePhase, afterStep, watch }: LoopHooks<B>): Promise<HookChanges<B>> {
  if (afterStep === undefined || watch === undefined) return { after: () => ({}), end: () => {} };
  await beforePhase?.(0);
  let told: string[] = [];
  let count = 0;
  watch((change) => {
    told.push(change);
    count++;
  });
  return {
    after(event) {
      if (event.phase > 0 || count >= mostChanges) return {};
      told = [];
      tf.tidy(() => afterStep(event));
      // From the first step on, so that a change is told by the point that it comes before.
      return { 'changes of masks': told.length === 0 ? '' : `${event.step}: ${told.join(', ')}; ` };
    },
    end: () => watch(null),
  };
}

interface HookChanges<B> {
  /** What the hooks change after a step, by name. */
  after(event: StepEvent<B>): Readonly<Record<string, string>>;
  end(): void;
}

/** The draws of the whole training, what hooks change in it, and a graph for each shape of its steps. */
async function tracedGraphs<B, F extends Feeds, M extends { loss: number }, E>(
  { loop, labels, hooks }: DefinedTraining<B, F, M, E>,
  graphs: GraphList,
): Promise<Trace & { stepBytes: number }> {
  const isNew = firstTimes();
  let stepBytes = 0;
  const record = async (phase: number, drawn: Drawn<B>) => {
    const { step } = loop.phases[phase]!.learner ?? loop;
    // Phases that train the same network record the same graphs.
    if (!isNew(step, drawn.shape)) return;
    const feeds = { ...loop.feedsOf(drawn.batch()), learningRate: tf.scalar(0) };
    const before = tf.memory().numBytes;
    const peak = await tensorPeakBytes(() => graphs.add(labels[phase]!, step.recorded(feeds)));
    tf.dispose(feeds);
    stepBytes = Math.max(stepBytes, peak - before);
  };
  const changes = await hookChanges(hooks);
  try {
    const trace = await traceOf(loop.phases, async (at, drawn) => {
      await record(at.phase, drawn);
      const { steps } = loop.phases[at.phase]!;
      return changes.after({
        ...at,
        steps,
        get batch() {
          return drawn.batch();
        },
      });
    });
    return { ...trace, stepBytes };
  } finally {
    changes.end();
  }
}

/** Digests of what is evaluated on, how many graph runs that takes, and a graph for each shape. */
function evaluationGraphs<B, F extends Feeds>(
  { step, on, feedsOf }: Evaluated<B, F>,
  graphs: GraphList,
): { digests: Definition['tests']; runs: number } {
  const isNew = firstTimes();
  const hashes = new Map<string, Hash>();
  let runs = 0;
  for (const [set, drawnOf] of Object.entries(on)) {
    for (const { parts, shape, batch } of drawnOf()) {
      runs++;
      const own: Record<string, string | ArrayBufferView> = { ...parts };
      if (isNew(step, shape)) {
        const feeds = feedsOf(batch());
        graphs.add('evaluation', step.recorded(feeds));
        Object.assign(own, digestsOf(feeds));
        tf.dispose(feeds);
      }
      for (const [part, values] of Object.entries(own)) {
        const name = `${set} ${part}`;
        const hash = hashes.get(name) ?? createHash('sha256');
        hashes.set(name, hash.update(typeof values === 'string' ? values : bytesOf(values)));
      }
    }
  }
  return { digests: Object.fromEntries([...hashes].map(([name, hash]) => [name, shortHex(hash)])), runs };
}

/** Whether a step meets a shape for the first time. */
function firstTimes(): (step: object, shape: string) => boolean {
  const met = new Map<object, Set<string>>();
  return (step, shape) => {
    const shapes = met.get(step) ?? new Set();
    met.set(step, shapes);
    return shapes.size < shapes.add(shape).size;
  };
}

interface GraphList {
  readonly list: RecordedGraph[];
  /** Floating-point operations of the first graph of each kind, by operation. */
  readonly counts: Record<string, number>;
  add(of: string, recorded: RecordedStep): void;
}

function graphList(): GraphList {
  const list: RecordedGraph[] = [];
  const counts: Record<string, number> = {};
  return {
    list,
    counts,
    add(of, recorded) {
      const { digest, feeds, operations, flops } = graphForm(recorded);
      const isFirst = !list.some((graph) => graph.of === of);
      list.push({ of, feeds, digest, ...(isFirst ? { operations: operationsText(operations) } : {}) });
      if (!isFirst) return;
      for (const [op, count] of flops) counts[`${of}: floating-point operations of ${op}`] = count;
    },
  };
}

function shortHex(hash: Hash): string {
  return hash.digest('hex').slice(0, 16);
}
