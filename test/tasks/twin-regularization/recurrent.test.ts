import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { valueAndGradients } from '../../../harness/engine/gradients.ts';
import { tf } from '../../../harness/engine/tensorflow.ts';
import type { Variable } from '../../../harness/engine/variable.ts';
import { streamsOf } from '../../../harness/random.ts';
import { noDecay } from '../../../harness/regularize/decay.ts';
import { hasTwin, type RecognizerName, type RecurrentCellName } from '../../../harness/spec/twin-regularization.ts';
import { type FrameBatch, frameBatch, frameFeeds } from '../../../harness/tasks/twin-regularization/batches.ts';
import { planRecognizer } from '../../../harness/tasks/twin-regularization/plan.ts';
import {
  newRecognizer,
  noMasks,
  type Recognizer,
  statesOf,
} from '../../../harness/tasks/twin-regularization/recognizer.ts';
import { newTwin, recognizerLoss, type Twin } from '../../../harness/tasks/twin-regularization/twin.ts';
import { trainingStep } from '../../../harness/train/step.ts';
import { expectClose, valuesOf } from '../../helpers/engine.ts';
import { type Values, values } from '../../helpers/reference.ts';

type Matrix = number[][];
type Weights = Record<string, Record<string, Matrix | number[]>>;

/** What `make-fixtures.py` has computed by NumPy. */
interface Fixture {
  cell: RecurrentCellName;
  inputs: Matrix[];
  labels: number[][];
  weights: Weights;
  states: Matrix[];
  losses: Record<'unidirectional', { loss: number; gradients: Record<string, Matrix | number[]> }>;
}

const fixtures = JSON.parse(await readFile(new URL('fixtures/recurrent.json', import.meta.url), 'utf8')) as Fixture[];
const sizes = { dimension: 2, classes: 4 };

function batchOf({ inputs, labels }: Fixture): FrameBatch {
  const pieces = inputs.map((rows, utterance) => {
    return { utterance, features: Float32Array.from(rows.flat()), labels: Int32Array.from(labels[utterance]!) };
  });
  return frameBatch(pieces, { frames: Math.max(...labels.map(({ length }) => length)), dimension: 2 });
}

function networksOf({ cell }: Fixture, method: RecognizerName): { recognizer: Recognizer; twin: Twin | null } {
  const model = { name: 'recurrent', cell, layers: 1, width: 3 } as const;
  const plan = planRecognizer({ model, method, lookAhead: 0, budget: 1, init: 'default' }, sizes);
  const streams = streamsOf('fixtures', 0);
  const recognizer = newRecognizer(plan, 0, streams);
  const twin = newTwin(method, hasTwin(method) ? 0.6 : null, recognizer, plan, streams);
  return { recognizer, twin };
}

/** The variables by the names that the fixtures give them. */
function named({ recognizer, twin }: ReturnType<typeof networksOf>): Map<string, Variable> {
  const groups: Record<string, string> = {
    forward: 'forward',
    twin: 'twin',
    output: 'output',
    'twin.output': 'twin output',
  };
  const all = [...recognizer.variables, ...(twin?.variables ?? [])].filter(({ role }) => role !== 'statistic');
  return new Map(
    all.map((variable) => {
      const { name } = variable;
      const layer = /^(forward|twin)\.0\.(?:normalization\.)?(\w+)/.exec(name);
      if (layer !== null) return [`${groups[layer[1]!]} ${layer[2]}`, variable];
      const map = /^twin\.map\.0\.(\w+)/.exec(name);
      if (map !== null) return [`map ${map[1]}`, variable];
      const [, group, part] = /^(output|twin\.output)\.(\w+)/.exec(name)!;
      return [`${groups[group!]} ${part}`, variable];
    }),
  );
}

const flat = (value: Matrix | number[]): number[] => value.flat();

function filledNetworks(fixture: Fixture, method: RecognizerName) {
  const networks = networksOf(fixture, method);
  const variables = named(networks);
  for (const [name, variable] of variables) {
    const [, group, part] = /^(.*) (\w+)$/.exec(name)!;
    variable.assign(tf.tensor(Float32Array.from(flat(fixture.weights[group!]![part!]!)), variable.value.shape));
  }
  return { ...networks, variables };
}

describe.each(fixtures)('$cell', (fixture) => {
  const batch = batchOf(fixture);

  it('has the states that NumPy has, of sequences of different lengths side by side', () => {
    const { recognizer } = filledNetworks(fixture, 'unidirectional');
    // Training, because the fixture normalizes with the batch's own moments.
    const reading = { pass: { training: true as const, updates: [] }, masks: noMasks };
    const states = valuesOf(statesOf(recognizer, frameFeeds(batch), reading)[0]!);
    fixture.states.forEach((rows, column) => {
      const own = rows.map((_, frame) => [
        ...states.data.subarray((frame * 2 + column) * 3, (frame * 2 + column + 1) * 3),
      ]);
      expectClose(values([rows.length, 3], own.flat()), values([rows.length, 3], rows.flat()), 1e-6);
    });
  });

  it.each(Object.keys(fixture.losses) as RecognizerName[])(
    '%s: has NumPy’s loss, and gradients of finite differences',
    (method) => {
      const { recognizer, twin, variables } = filledNetworks(fixture, method);
      const { loss, gradients: expected } = fixture.losses[method as 'unidirectional'];
      const of = recognizerLoss(recognizer, twin, 0);
      const feeds = frameFeeds(batch);
      const { value, gradients } = valueAndGradients(() => of(feeds).loss, [...variables.values()]);
      expect(value.dataSync()[0]).toBeCloseTo(loss, 5);
      expect([...variables.keys()].sort()).toEqual(Object.keys(expected).sort());
      [...variables.keys()].forEach((name, index) => {
        const slope = expected[name]!;
        const shape = gradients[index]!.shape;
        expectClose(gradients[index]!, values(shape, flat(slope)) satisfies Values, 2e-4);
      });
    },
  );

  it.each<RecognizerName>(['unidirectional', 'shared-twin', 'twin-networks'])(
    '%s: trains by the recorded graph to the bits that single operations give',
    (method) => {
      const trained = (run: 'run' | 'runEagerly') => {
        const { recognizer, twin } = filledNetworks(fixture, method);
        const step = trainingStep({
          variables: [...recognizer.variables, ...(twin?.variables ?? [])],
          loss: recognizerLoss(recognizer, twin, 0.25),
          decay: noDecay,
          optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
        });
        for (let index = 0; index < 3; index++) {
          const feeds = { ...frameFeeds({ ...batch, dropoutSeed: [3, index] }), learningRate: tf.scalar(0.1) };
          tf.tidy(() => step[run](feeds));
        }
        return step.variables.map(({ name, value }) => `${name}: ${value.dataSync().join()}`);
      };
      expect(trained('run')).toEqual(trained('runEagerly'));
    },
  );
});
