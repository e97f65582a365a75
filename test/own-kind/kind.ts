import { setTimeout as sleep } from 'node:timers/promises';
import { plainDefinition } from '../../harness/definition/plain-definition.ts';
import { shortDigest } from '../../harness/digest.ts';
import { tf } from '../../harness/engine/tensorflow.ts';
import { variableOf } from '../../harness/engine/variable.ts';
import { gaussian } from '../../harness/random.ts';
import type { CurvePoint } from '../../harness/record.ts';
import type { Kind } from '../../harness/tasks/kind.ts';
import type { Task, TaskOptions } from '../../harness/tasks/task.ts';
import { type GaussConfig, gap, likelihood, task } from './words.ts';

/** What the kind of task of these tests does. */
export const kind: Kind<GaussConfig> = {
  task,
  outline: ({ training }) => ({
    ratio: null,
    parameters: null,
    cost: {
      flops: 0,
      bytes: 0,
      operations: 0,
      scalarSeconds: (training.steps * training.stepMs) / 1000,
      memoryBytes: 6e8,
    },
  }),
  batchOf: () => 1,
  dataDigest: async () => null,
  load: async () => gaussTask,
};

const draws = { master: 64, pupil: 8, heldOut: 64 };

async function gaussTask(config: GaussConfig, { streams, needed }: TaskOptions): Promise<Task> {
  const { sigma, dimension, training, method } = config;
  const sample = (purpose: string, count: number) =>
    Array.from({ length: count }, (_, i) => gaussian(dimension, sigma, streams(`${purpose}/${i}`), 1));
  const isMaster = method === 'master';
  const fitted = isMaster ? sample('master', draws.master) : sample('pupil', draws.pupil);
  const start = isMaster ? new Float32Array(dimension) : await weightsOf(needed('master'));
  const mean = variableOf('mean', 'weight', start, [dimension]);
  const target = meanOf(fitted, dimension);
  const entropy = (dimension / 2) * Math.log(2 * Math.PI * Math.E * sigma ** 2);
  return {
    size: null,
    data: null,
    phases: [],
    warnings: [],
    state: [mean],
    variables: [mean],
    definition: async () =>
      plainDefinition({
        state: [mean],
        phases: [{ label: 'fit', steps: training.steps }],
        rates: `${training.rate}*${training.steps}`,
        drawn: { 'learning rate': shortDigest(String(training.rate)).slice(0, 8) },
        tests: { 'held-out sample': digestOf(sample('held-out', draws.heldOut)) },
        facts: { 'fitted sample': digestOf(fitted), entropy },
      }),
    async train({ curve: done, onPoint, onProgress }) {
      const curve: CurvePoint[] = [...done];
      for (let step = curve.length; step < training.steps; step++) {
        await sleep(training.stepMs);
        const values = mean.value.dataSync();
        const next = target.map((value, i) => values[i]! + training.rate * (value - values[i]!));
        mean.assign(tf.tensor1d(next));
        const nats = natsOf(fitted, mean.value.dataSync(), sigma);
        curve.push({ at: step + 1, seconds: training.stepMs / 1000, values: { nats } });
        onProgress({ phase: 'train', epoch: 0, step: step + 1, steps: training.steps, loss: -nats });
        await onPoint(curve);
      }
      return { curve, diverged: false };
    },
    async conclude() {
      const values = mean.value.dataSync();
      const [own, other] = [natsOf(fitted, values, sigma), natsOf(sample('held-out', draws.heldOut), values, sigma)];
      return {
        measures: [
          { metric: likelihood, value: other, best: null },
          { metric: gap, value: Math.abs(own - other), best: null },
        ],
        checks: [
          { name: 'density integrates to one', expected: 1, measured: integral(sigma), tolerance: 1e-9 },
          { name: 'entropy', expected: entropy, measured: dimension * entropyByIntegral(sigma), tolerance: 1e-6 },
        ],
        details: { mean_norm: Math.hypot(...values) },
        examples: training.steps * fitted.length,
      };
    },
  };
}

function digestOf(rows: readonly Float32Array[]): string {
  return shortDigest(JSON.stringify(rows.map((row) => [...row])));
}

async function weightsOf(master: ReturnType<TaskOptions['needed']>): Promise<Float32Array> {
  const weights = await master.weights();
  return weights.get('mean')!.values;
}

function meanOf(rows: readonly Float32Array[], dimension: number): number[] {
  return Array.from({ length: dimension }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
}

/** Mean log-density of the rows under N(mean, σ²I). */
function natsOf(rows: readonly Float32Array[], mean: ArrayLike<number>, sigma: number): number {
  const constant = -Math.log(sigma) - Math.log(2 * Math.PI) / 2;
  const logOf = (row: Float32Array) =>
    row.reduce((sum, value, i) => sum + constant - (value - mean[i]!) ** 2 / (2 * sigma ** 2), 0);
  return rows.reduce((sum, row) => sum + logOf(row), 0) / rows.length;
}

/** By the trapezoidal rule, whose error for a normal density falls faster than any power of the step. */
function integrate(sigma: number, of: (density: number) => number): number {
  const step = sigma / 50;
  let sum = 0;
  for (let x = -10 * sigma; x <= 10 * sigma; x += step) {
    sum += step * of(Math.exp(-(x ** 2) / (2 * sigma ** 2)) / (sigma * Math.sqrt(2 * Math.PI)));
  }
  return sum;
}

function integral(sigma: number): number {
  return integrate(sigma, (density) => density);
}

function entropyByIntegral(sigma: number): number {
  return integrate(sigma, (density) => -density * Math.log(density));
}
